#include "outbound/url.hpp"

#include <webhookd/net/address.hpp>
#include <webhookd/text/ascii.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace webhookd::outbound {
namespace {

struct url_deleter {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using url_ptr = std::unique_ptr<CURLU, url_deleter>;

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned{text, &curl_free};
    return text;
}

failure invalid(CURLUcode code) {
    return {errc::argument_invalid, std::string{"URL: "} + curl_url_strerror(code)};
}

} // namespace

std::string to_string(const origin& o) {
    return o.scheme + "://" + o.host + ':' + o.port;
}

bool is_loopback(const origin& o) {
    return net::is_loopback_host(o.host);
}

result<origin> origin_of(const std::string& url) {
    const url_ptr parsed{curl_url()};
    if (const auto code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
        code != CURLUE_OK)
        return invalid(code);
    origin o{.scheme = text::to_lower(part(parsed.get(), CURLUPART_SCHEME)),
             .host = text::to_lower(part(parsed.get(), CURLUPART_HOST)),
             .port = part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
    if (o.scheme != "http" && o.scheme != "https")
        return failure{errc::argument_invalid, "URL: only http and https are spoken"};
    if (o.host.empty()) return failure{errc::argument_invalid, "URL: no host"};
    return o;
}

result<std::string> resolve(const std::string& base, const std::string& location) {
    const url_ptr parsed{curl_url()};
    for (const auto* text : {&base, &location})
        if (const auto code =
                curl_url_set(parsed.get(), CURLUPART_URL, text->c_str(), CURLU_NON_SUPPORT_SCHEME);
            code != CURLUE_OK)
            return invalid(code);
    return part(parsed.get(), CURLUPART_URL);
}

} // namespace webhookd::outbound
