#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

struct scripted_request {
    std::string head; ///< request line and headers, up to the empty line
    std::string body;
    int connection = 0; ///< on which it came: 1 for the first

    [[nodiscard]] std::string target() const;
    /// The value of the first header of this name (any case); empty when there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// What a connection gets for a request, and what becomes of it then.
struct scripted_reply {
    enum class after {
        keep_open,  ///< for the next request
        close,      ///< in order
        reset,      ///< as a crash does
        hang,       ///< open and silent until the peer goes
        keep_saying ///< `again`, until the peer goes
    };
    std::string bytes;
    after then = after::keep_open;
    std::string again = {};
    std::chrono::milliseconds pause{0}; ///< before each `again`
};

/// `HTTP/1.1 STATUS`, Content-Length, the given header lines (each with its CR LF) and the body.
[[nodiscard]] scripted_reply http_reply(int status, std::string_view body,
                                        std::string_view header_lines = {});

/// A certificate for 127.0.0.1, signed by itself.
struct tls_identity {
    std::string certificate_pem;
    std::string private_key_pem;
};
[[nodiscard]] tls_identity make_tls_identity();

struct scripted_server_options {
    const tls_identity* identity = nullptr; ///< null: no TLS
    std::string client_ca_pem = {};         ///< with TLS: clients must show a certificate of this authority
    int port = 0;                           ///< 0: a free one
    bool keep_requests = true;              ///< for `requests()`; what runs for long has no room for them
};

/// An HTTP peer that answers what a test tells it, on a loopback port of its own, each connection in a
/// thread. The script may be called from several threads at once. Its destructor ends every connection.
class scripted_server {
public:
    using script = std::function<scripted_reply(const scripted_request&)>;

    explicit scripted_server(script answer, const scripted_server_options& options = {});
    scripted_server(script answer, const tls_identity& identity);
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    [[nodiscard]] int port() const noexcept;
    [[nodiscard]] std::string url(std::string_view path) const;
    [[nodiscard]] int accepted() const; ///< connections so far
    [[nodiscard]] std::vector<scripted_request> requests() const;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::test
