#pragma once

#include <webhookd/error.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/http/server_statistics.hpp>
#include <webhookd/net/address.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::http {

/// What a client may use. A request that needs more is refused, a connection that is slower is closed.
struct limits {
    std::uint64_t body = 8 * 1024 * 1024;     ///< in bytes, as the next two
    std::uint64_t bodies = 128 * 1024 * 1024; ///< of all requests in flight together
    std::uint64_t headers = 16 * 1024;
    std::uint32_t connections = 4096;
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_timeout{15'000};
    std::chrono::milliseconds idle_timeout{75'000};
};

struct server_options {
    std::string name; ///< `ingest` or `admin`: for the log
    http::limits limits;
    std::vector<net::cidr> trusted_proxies;
    std::shared_ptr<boost::asio::ssl::context> tls = {}; ///< null: plain
    bool https_of_clients = false; ///< its service asks for caller::https, which costs a look at the headers
};

/// Certificate chain and key for a TLS listener, TLS 1.2 and later. Never asks for a pass phrase. Errors:
/// file_unreadable (also an encrypted key, and one that is not the certificate's).
[[nodiscard]] result<std::shared_ptr<boost::asio::ssl::context>>
make_tls_context(const std::filesystem::path& certificate, const std::filesystem::path& private_key);

/// An HTTP/1.1 server over one or several event loops. Each TCP address gets one SO_REUSEPORT acceptor on
/// every loop; unix sockets and sockets that systemd passed get one accept loop that distributes connections.
/// A connection lives on one loop from its first to its last byte. Life: construct, `listen`, `start`,
/// `stop_accepting`, `drain`, destroy. Those calls come from one thread, which runs none of the loops, except
/// that `listen` and `start` may run on any thread before the loops have work.
class server {
public:
    /// The service and the loops must outlive the server.
    server(const std::vector<boost::asio::io_context*>& loops, service& serves, server_options options);
    /// `drain` with no grace.
    ~server();

    /// Opens a listener for each address. Errors: address_in_use.
    result<void> listen(const std::vector<net::listen_address>& addresses);
    /// Takes over a listening stream socket, TCP or unix. Errors: argument_invalid.
    result<void> adopt(int descriptor);
    /// The bound addresses, with the ports that the system chose.
    [[nodiscard]] std::vector<std::string> addresses() const;

    void start();

    /// For connections that are accepted from now on. Any thread.
    void change_limits(const http::limits& limits);
    /// For handshakes from now on, where the server speaks TLS already. Any thread.
    void change_tls(std::shared_ptr<boost::asio::ssl::context> tls);

    /// Closes the listeners at once, and idle connections when they bring no request in the next moment;
    /// requests in flight are answered with `Connection: close`.
    void stop_accepting();
    /// Stops accepting and waits until no connection is left. When the grace is over, the remaining
    /// connections are closed and waited for. True when none had to be closed.
    bool drain(std::chrono::milliseconds grace);

    using statistics = server_statistics;
    [[nodiscard]] statistics snapshot() const;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::http
