#include "http/listening_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>

namespace webhookd::http {

namespace {

struct socket_address {
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);

    sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

failure system_failure(const std::string& address, const char* step) {
    const auto reason = std::generic_category().message(errno);
    return {errc::address_in_use, "cannot listen on " + address + " (" + step + ": " + reason + ")"};
}

result<socket_address> to_socket_address(const net::listen_address& address) {
    socket_address out;
    if (address.is_unix()) {
        auto& un = reinterpret_cast<sockaddr_un&>(out.storage);
        un.sun_family = AF_UNIX;
        if (address.unix_path.size() >= sizeof(un.sun_path))
            return failure{errc::argument_invalid,
                           "the path of " + address.to_string() + " is too long for a socket"};
        address.unix_path.copy(un.sun_path, sizeof(un.sun_path) - 1);
        out.length = sizeof(sockaddr_un);
        return out;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
    if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        out.length = sizeof(sockaddr_in);
    } else if (inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        out.length = sizeof(sockaddr_in6);
    } else {
        return failure{errc::argument_invalid, address.to_string() + " is no address to listen on"};
    }
    return out;
}

/// Fills in what the system knows about a bound socket.
void describe(listening_socket& s) {
    socket_address bound;
    if (getsockname(s.fd.get(), bound.raw(), &bound.length) != 0) return;
    s.family = bound.storage.ss_family;
    char text[INET6_ADDRSTRLEN] = {};
    if (s.family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(bound.storage);
        s.port = ntohs(v4.sin_port);
        s.address = fmt::format("{}:{}", inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text), s.port);
    } else if (s.family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(bound.storage);
        s.port = ntohs(v6.sin6_port);
        s.address = fmt::format("[{}]:{}", inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text), s.port);
    } else if (s.family == AF_UNIX) {
        s.address = fmt::format("unix:{}", reinterpret_cast<const sockaddr_un&>(bound.storage).sun_path);
    }
}

result<listening_socket> bind_and_listen(const socket_address& where, const std::string& name,
                                         bool share_port) {
    listening_socket s;
    s.fd.reset(socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!s.fd) return system_failure(name, "socket");
    const int on = 1;
    const int off = 0;
    if (where.storage.ss_family != AF_UNIX) setsockopt(s.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (where.storage.ss_family == AF_INET6)
        setsockopt(s.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (share_port && setsockopt(s.fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        return system_failure(name, "SO_REUSEPORT");
    if (bind(s.fd.get(), where.raw(), where.length) != 0) return system_failure(name, "bind");
    if (listen(s.fd.get(), SOMAXCONN) != 0) return system_failure(name, "listen");
    describe(s);
    return s;
}

/// A socket file without a listener is left over from a crash. A listener that accepts nothing keeps its
/// file: this check does not wait for an answer.
void remove_stale_socket_file(const socket_address& where, const std::string& path) {
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
    const files::unique_fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (connect(probe.get(), where.raw(), where.length) != 0 && errno == ECONNREFUSED) unlink(path.c_str());
}

} // namespace

result<listening_socket> open_listener(const net::listen_address& address) {
    const auto where = to_socket_address(address);
    if (!where) return where.error();
    if (address.is_unix()) {
        remove_stale_socket_file(*where, address.unix_path);
        auto s = bind_and_listen(*where, address.to_string(), false);
        // The reverse proxy reaches it through the group; the directory decides who has access.
        if (s) chmod(address.unix_path.c_str(), 0660);
        return s;
    }
    // First without SO_REUSEPORT: this fails where the port is taken; with it two daemons would share the
    // port silently.
    if (auto alone = bind_and_listen(*where, address.to_string(), false); !alone) return alone.error();
    return bind_and_listen(*where, address.to_string(), true);
}

result<listening_socket> open_shared(const listening_socket& first) {
    socket_address where;
    if (getsockname(first.fd.get(), where.raw(), &where.length) != 0)
        return system_failure(first.address, "getsockname");
    return bind_and_listen(where, first.address, true);
}

result<listening_socket> adopt_listener(int descriptor) {
    listening_socket s;
    s.fd.reset(descriptor);
    int listening = 0;
    int type = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0 ||
        getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
        return failure{errc::argument_invalid,
                       "descriptor " + std::to_string(descriptor) + " is no listening stream socket"};
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    describe(s);
    return s;
}

} // namespace webhookd::http
