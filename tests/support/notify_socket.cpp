#include "support/notify_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>

namespace webhookd::test {

notify_socket::notify_socket(const std::filesystem::path& path)
    : path_(path.string())
    , fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), "bind " + path_);
}

bool notify_socket::await(const std::string& line, std::chrono::milliseconds bound) {
    const auto deadline = std::chrono::steady_clock::now() + bound;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd readable{fd_.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0) return false;
        char bytes[4096];
        const auto size = ::recv(fd_.get(), bytes, sizeof bytes, 0);
        if (size <= 0) continue;
        messages_.emplace_back(bytes, static_cast<std::size_t>(size));
        if (("\n" + messages_.back() + "\n").find("\n" + line + "\n") != std::string::npos) return true;
    }
}

} // namespace webhookd::test
