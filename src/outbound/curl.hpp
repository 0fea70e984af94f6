#pragma once

#include <webhookd/error.hpp>
#include <webhookd/outbound/http_client.hpp>

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::outbound {

struct curl_deleter {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using easy_ptr = std::unique_ptr<CURL, curl_deleter>;
using list_ptr = std::unique_ptr<curl_slist, curl_deleter>;

struct multi_deleter {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using multi_ptr = std::unique_ptr<CURLM, multi_deleter>;

/// Prepares libcurl on the first call, whichever thread it comes from. Throw std::runtime_error when libcurl
/// or the memory fails.
[[nodiscard]] easy_ptr make_easy();
[[nodiscard]] multi_ptr make_multi();

/// The parts of an absolute http or https URL that decide where a request goes.
struct origin {
    std::string scheme; ///< lower case
    std::string host;   ///< lower case; IPv6 addresses in brackets
    std::string port;   ///< the scheme's own when the URL names none

    friend bool operator==(const origin&, const origin&) = default;
};

/// `https://host:port`: fit for messages, because it leaves out credentials, path and query.
[[nodiscard]] std::string to_string(const origin& o);

[[nodiscard]] bool is_loopback(const origin& o);

/// Errors: argument_invalid (not an absolute URL, or another scheme than http and https).
[[nodiscard]] result<origin> origin_of(const std::string& url);

/// Resolves a Location header against the URL that answered with it (RFC 3986 §5). Errors: argument_invalid.
[[nodiscard]] result<std::string> resolve(const std::string& base, const std::string& location);

/// What holds for every request of the daemon: http and https alone, TLS 1.2 or newer and always verified, no
/// redirects by libcurl itself, proxies from the environment but never for loopback.
void set_policy(CURL* easy, const origin& target);

/// Trusts these authorities (PEM) and, unlike libcurl's default, no others: the system's folder is not used.
/// The bytes must outlive the handle's use.
void set_authorities(CURL* easy, std::string_view pem);

/// `Name: value`, with nothing in it that could begin another line.
[[nodiscard]] bool is_header_line(std::string_view line) noexcept;

/// Without a carriage return, a line feed or a NUL byte.
[[nodiscard]] bool is_one_line(std::string_view text) noexcept;

/// A header line as libcurl takes it, which reads `Name:` as "leave this header out" and `Name;` as "send it
/// empty".
[[nodiscard]] std::string to_curl_header(std::string line);

/// What is known of a transfer that got no answer.
struct unanswered {
    CURLcode code;
    CURL* easy;
    const char* particulars; ///< libcurl's own words, maybe empty
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds timeout;
};

/// A short text that an operator can act on, such as `connection refused` or `no answer within 10 s`, and
/// without the URL. Gives network or network_timeout.
[[nodiscard]] failure explain(const unanswered& u);

/// What libcurl hands over during one transfer, held to its caps while it arrives. Must outlive the transfer.
class exchange {
public:
    /// `sink` (may be empty) takes the body of a success; see http_request::on_body.
    explicit exchange(std::size_t max_body, std::function<bool(std::string_view)> sink = {})
        : max_body_{max_body}
        , sink_{std::move(sink)} {}
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Makes libcurl call us.
    void attach(CURL* easy);

    [[nodiscard]] bool too_large() const noexcept { return too_large_; }
    [[nodiscard]] http_response& response() noexcept { return response_; }

    /// Empty when there is none. `name` in lower case.
    [[nodiscard]] static std::string_view header(const http_response& response, std::string_view name);

private:
    static std::size_t on_header(char* data, std::size_t one, std::size_t length, void* self);
    static std::size_t on_body(char* data, std::size_t one, std::size_t length, void* self);
    bool take_header(std::string_view line);
    bool take_body(std::string_view piece);

    std::size_t max_body_;
    std::function<bool(std::string_view)> sink_;
    bool success_ = false;
    std::size_t header_bytes_ = 0;
    bool too_large_ = false;
    http_response response_;
};

} // namespace webhookd::outbound
