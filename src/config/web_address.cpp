#include "config/web_address.hpp"

#include <webhookd/config/units.hpp>
#include <webhookd/text/ascii.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <utility>

namespace webhookd::config {
namespace {

/// `host` is in small letters.
bool is_loopback_host(const std::string& host) {
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    const auto literal = listen_address::parse(host + ":1");
    return literal && host != "*" && literal->is_loopback();
}

} // namespace

web_address parse_web_address(std::string_view text) {
    web_address out;
    const auto url = boost::urls::parse_uri(text);
    if (!url) return out;
    const bool https = url->scheme_id() == boost::urls::scheme::https;
    if (!https && url->scheme_id() != boost::urls::scheme::http) return out;
    auto host = webhookd::text::to_lower(std::string_view(url->encoded_host()));
    if (host.empty() || (url->has_port() && url->port_number() == 0)) return out;
    out.usable = true;
    out.encrypted = https;
    out.loopback = is_loopback_host(host);
    out.credentials = url->has_userinfo();
    out.fragment = url->has_fragment();
    out.host = std::move(host);
    return out;
}

} // namespace webhookd::config
