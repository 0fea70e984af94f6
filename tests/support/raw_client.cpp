#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace webhookd::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return address;
}

files::unique_fd make_socket(int family) {
    files::unique_fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval bound{30, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    return fd;
}

template <class Address>
void connect_to(const Address& address, const files::unique_fd& fd) {
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), "connect");
}

} // namespace

raw_client::raw_client(std::uint16_t port)
    : raw_client(unconnected()) {
    connect(port);
}

raw_client raw_client::over_unix(const std::string& path) {
    raw_client client;
    client.fd_ = make_socket(AF_UNIX);
    connect_to(unix_address(path), client.fd_);
    return client;
}

raw_client raw_client::unconnected() {
    raw_client client;
    client.fd_ = make_socket(AF_INET);
    return client;
}

void raw_client::connect(std::uint16_t port) {
    connect_to(loopback(port), fd_);
}

bool raw_client::can_connect(std::uint16_t port) {
    try {
        raw_client attempt(port);
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

void raw_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool raw_client::fill() {
    char chunk[4096];
    const auto received = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    if (received < 0 && errno != ECONNRESET) throw std::runtime_error("no answer within 30 s");
    if (received <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(received));
    return true;
}

std::string raw_client::read_line(std::string_view ending) {
    std::size_t end = 0;
    while ((end = buffer_.find(ending)) == std::string::npos)
        if (!fill()) throw std::runtime_error("closed in the middle of a line: " + buffer_);
    auto line = buffer_.substr(0, end);
    buffer_.erase(0, end + ending.size());
    return line;
}

std::string raw_client::take(std::size_t bytes) {
    while (buffer_.size() < bytes)
        if (!fill()) throw std::runtime_error("closed after " + std::to_string(buffer_.size()) + " bytes");
    auto taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
}

http_answer raw_client::read_answer() {
    http_answer answer;
    const auto status_line = read_line();
    answer.status = std::stoi(status_line.substr(status_line.find(' ') + 1));
    for (auto line = read_line(); !line.empty(); line = read_line()) {
        auto name = line.substr(0, line.find(':'));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        answer.headers[name] = line.substr(line.find(':') + 2);
    }
    const auto length = answer.headers.find("content-length");
    answer.body = take(length == answer.headers.end() ? 0 : std::stoul(length->second));
    return answer;
}

bool raw_client::closed() {
    while (buffer_.empty())
        if (!fill()) return true;
    return false;
}

void raw_client::finish() {
    ::shutdown(fd_.get(), SHUT_WR);
}

void raw_client::reset() {
    const linger abort{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    fd_.reset();
}

void leave_stale_socket(const std::string& path) {
    const files::unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = unix_address(path);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.get(), 1) != 0)
        throw std::system_error(errno, std::generic_category(), "bind");
}

} // namespace webhookd::test
