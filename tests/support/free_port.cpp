#include "support/free_port.hpp"

#include <webhookd/files/unique_fd.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <set>
#include <system_error>

namespace webhookd::test {

namespace {

bool can_bind(std::uint16_t port) {
    const files::unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) throw std::system_error(errno, std::generic_category(), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

std::uint16_t free_port() {
    std::random_device random;
    std::uniform_int_distribution<std::uint16_t> below_ephemeral(20000, 32000);
    for (int left = 100; left > 0; --left)
        if (const auto port = below_ephemeral(random); can_bind(port)) return port;
    throw std::system_error(EADDRINUSE, std::generic_category(), "no free port");
}

std::vector<std::uint16_t> free_ports(std::size_t count) {
    std::set<std::uint16_t> ports;
    while (ports.size() < count)
        ports.insert(free_port());
    return {ports.begin(), ports.end()};
}

} // namespace webhookd::test
