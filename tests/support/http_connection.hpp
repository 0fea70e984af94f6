#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace webhookd::test {

struct http_answer {
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case; the last of a repeated one
    std::string body;                           ///< chunks already joined
};

/// A keep-alive HTTP/1.1 connection over a real socket to 127.0.0.1, as a plain blocking call. Connects when
/// needed: at the first exchange, after a failure, and after the server said `Connection: close`. One thread
/// at a time.
class http_connection {
public:
    explicit http_connection(std::uint16_t port, std::chrono::milliseconds bound = std::chrono::seconds(30));
    ~http_connection();
    http_connection(http_connection&&) noexcept;
    http_connection& operator=(http_connection&&) noexcept;

    using header_list = std::map<std::string, std::string>;

    /// Host and Content-Length are added. Throws std::system_error when there is no complete answer (refused,
    /// broken, or not within the bound): then nobody can tell whether the server has acted on the request.
    http_answer exchange(std::string_view method, std::string_view target, const header_list& headers = {},
                         std::string_view body = {});
    /// A webhook as Universign sends it; without an x-jws-signature header when `signature` is empty.
    http_answer post_webhook(std::string_view path, std::string_view body, std::string_view signature);
    http_answer get(std::string_view target) { return exchange("GET", target); }

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::test
