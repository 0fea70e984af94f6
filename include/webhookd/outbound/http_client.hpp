#pragma once

#include <webhookd/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::outbound {

struct http_request {
    std::string method = "GET";
    std::string url;                  ///< http or https; nothing else is spoken
    std::vector<std::string> headers; ///< `Name: value`
    std::string body;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{15'000};
    std::size_t max_response = 1024 * 1024; ///< bytes of body; a larger answer is an error, not a cut
    bool follow_same_host = false;          ///< up to 3 redirects that keep method, scheme, host and port
    std::string ca_file;                    ///< PEM, replaces the system's; empty: those
    /// Receives the body of a success (2xx) piece by piece, instead of `http_response::body` and without
    /// `max_response`; false ends the transfer, as `network`.
    std::function<bool(std::string_view)> on_body = {};
    /// More than zero: the transfer fails, as `network_timeout`, when nothing arrives for so long.
    std::chrono::seconds stall_timeout{0};
    std::stop_token stop; ///< ends a transfer under way, within about a second, as `network`
};

struct http_response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;
    std::chrono::microseconds latency{};
};

/// A blocking client on libcurl with keep-alive, TLS 1.2 or newer, always verified. Proxies are taken from
/// the environment, never for loopback. Use each object from one thread at a time.
class http_client {
public:
    http_client();
    ~http_client();
    http_client(http_client&&) noexcept;
    http_client& operator=(http_client&&) noexcept;

    /// Errors: argument_invalid (URL, header, method or timeout), file_unreadable (ca_file), network,
    /// network_timeout, response_too_large (body, or more than 64 KiB of headers). Any HTTP status is a
    /// response; but with follow_same_host a redirect elsewhere, or a fourth one, is `network`. Details name
    /// scheme, host and port alone: a URL may carry credentials.
    [[nodiscard]] result<http_response> perform(const http_request& request);

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::outbound
