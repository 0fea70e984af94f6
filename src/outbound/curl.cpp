#include "outbound/curl.hpp"

#include <webhookd/net/address.hpp>
#include <webhookd/text/ascii.hpp>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace webhookd::outbound {
namespace {

bool libcurl_is_ready() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    return ready == CURLE_OK;
}

template <class Handle>
Handle made(Handle handle) {
    if (!handle) throw std::runtime_error("libcurl cannot be initialised");
    return handle;
}

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

std::string to_text(std::chrono::milliseconds t) {
    return t.count() % 1000 == 0 ? std::to_string(t.count() / 1000) + " s"
                                 : std::to_string(t.count()) + " ms";
}

/// `connection refused`, where the system gave a reason.
std::string system_reason(CURL* easy, std::string otherwise) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    if (number == 0) return otherwise;
    auto reason = std::generic_category().message(static_cast<int>(number));
    if (!reason.empty()) reason[0] = text::to_lower(reason[0]);
    return reason;
}

failure timed_out(const unanswered& u) {
    curl_off_t until_connected_us = 0;
    curl_easy_getinfo(u.easy, CURLINFO_PRETRANSFER_TIME_T, &until_connected_us);
    return {errc::network_timeout, until_connected_us == 0
                                       ? "no connection within " + to_text(u.connect_timeout)
                                       : "no answer within " + to_text(u.timeout)};
}

std::string what_failed(const unanswered& u) {
    const std::string own_words = *u.particulars != '\0' ? u.particulars : curl_easy_strerror(u.code);
    switch (u.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the host's name cannot be resolved";
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "the proxy's name cannot be resolved";
    case CURLE_COULDNT_CONNECT:
        return system_reason(u.easy, "cannot connect");
    case CURLE_GOT_NOTHING:
        return "connection closed without an answer";
    case CURLE_ABORTED_BY_CALLBACK: // what may have arrived is not sent twice
        return "connection lost before an answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return "connection lost: " + own_words;
    case CURLE_PARTIAL_FILE:
        return "connection closed before the answer";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: // HTTP/0.9, that is, bytes without a status line
        return "the answer is not HTTP";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
        return "TLS: " + own_words;
    default: // libcurl's fixed texts: its details may quote what was sent
        return curl_easy_strerror(u.code);
    }
}

constexpr std::size_t most_header_bytes = 64 * 1024;
constexpr std::string_view blanks = " \t\r\n";

} // namespace

easy_ptr make_easy() {
    return made(easy_ptr{libcurl_is_ready() ? curl_easy_init() : nullptr});
}

multi_ptr make_multi() {
    return made(multi_ptr{libcurl_is_ready() ? curl_multi_init() : nullptr});
}

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

void set_policy(CURL* easy, const origin& target) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Otherwise the end of a transfer waits for the thread that resolves its host's name, for as long as the
    // name server is silent: every other transfer, and the daemon's end, would wait too.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    // Not even an empty pass phrase opens an encrypted key, but OpenSSL then does not ask for one on the
    // terminal.
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
    // libcurl's cache of a CA file outlives changes of the file.
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "universign-webhookd/" WEBHOOKD_VERSION);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    // A proxy from the environment is meant for other hosts: to it, loopback would be its own host.
    if (is_loopback(target)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

void set_authorities(CURL* easy, std::string_view pem) {
    curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
}

bool is_one_line(std::string_view text) noexcept {
    // One search after the other: each tests many bytes at once.
    return text.find('\r') == text.npos && text.find('\n') == text.npos && text.find('\0') == text.npos;
}

bool is_header_line(std::string_view line) noexcept {
    const auto colon = line.find(':');
    return colon != 0 && colon != std::string_view::npos && is_one_line(line);
}

std::string to_curl_header(std::string line) {
    const auto colon = line.find(':');
    if (line.find_first_not_of(" \t", colon + 1) == std::string::npos) line.replace(colon, line.npos, ";");
    return line;
}

failure explain(const unanswered& u) {
    if (u.code == CURLE_OPERATION_TIMEDOUT) return timed_out(u);
    return {errc::network, what_failed(u)};
}

void exchange::attach(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &exchange::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &exchange::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

std::string_view exchange::header(const http_response& response, std::string_view name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == response.headers.end() ? std::string_view{} : found->second;
}

// libcurl takes any count but the one it gave for a failure.
std::size_t exchange::on_header(char* data, std::size_t one, std::size_t length, void* self) {
    return static_cast<exchange*>(self)->take_header({data, one * length}) ? one * length : 0;
}

std::size_t exchange::on_body(char* data, std::size_t one, std::size_t length, void* self) {
    return static_cast<exchange*>(self)->take_body({data, one * length}) ? one * length
                                                                         : CURL_WRITEFUNC_ERROR;
}

bool exchange::take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > most_header_bytes) {
        too_large_ = true;
        return false;
    }
    if (line.starts_with("HTTP/")) { // an interim answer (100, 103) came before this one
        response_.headers.clear();
        const auto blank = line.find(' ');
        success_ = blank != std::string_view::npos && line.substr(blank + 1).starts_with('2');
        return true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    response_.headers.emplace_back(text::to_lower(text::trim(line.substr(0, colon), blanks)),
                                   text::trim(line.substr(colon + 1), blanks));
    return true;
}

bool exchange::take_body(std::string_view piece) {
    if (sink_ && success_) return sink_(piece);
    if (piece.size() > max_body_ - response_.body.size()) {
        too_large_ = true;
        return false;
    }
    response_.body += piece;
    return true;
}

} // namespace webhookd::outbound
