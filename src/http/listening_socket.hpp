#pragma once

#include <webhookd/error.hpp>
#include <webhookd/files/unique_fd.hpp>
#include <webhookd/net/address.hpp>

#include <cstdint>
#include <string>

namespace webhookd::http {

/// A bound, listening, non-blocking stream socket.
struct listening_socket {
    files::unique_fd fd;
    int family = 0;
    std::string address; ///< `127.0.0.1:8080`, `[::1]:8080` or `unix:/path`, as the system tells it
    std::uint16_t port = 0;
};

/// Fails when another process, another daemon of ours included, listens there already, although the sockets
/// share their port by SO_REUSEPORT: `open_shared` then adds further sockets of this process to the same
/// port. Errors: address_in_use, with the address and the system's reason.
[[nodiscard]] result<listening_socket> open_listener(const net::listen_address& address);

/// One more socket on the port of `first`.
[[nodiscard]] result<listening_socket> open_shared(const listening_socket& first);

/// Checks and describes a socket that was passed in. Errors: argument_invalid when it is not a listening
/// stream socket.
[[nodiscard]] result<listening_socket> adopt_listener(int descriptor);

} // namespace webhookd::http
