#include "support/scripted_server.hpp"

#include "support/scripted_stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace webhookd::test {
namespace {

int listening_socket(int& port) {
    constexpr int waiting_connections = 1024;
    const int yes = 1;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t length = sizeof address;
    if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, waiting_connections) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw std::runtime_error("a test's server cannot listen");
    port = ntohs(address.sin_port);
    return fd;
}

/// False when the peer went before its request was complete.
bool read_request(scripted_stream& stream, std::string& buffer, scripted_request& request) {
    const auto more = [&] {
        char piece[4096];
        const auto got = stream.read(piece, sizeof piece);
        if (got > 0) buffer.append(piece, static_cast<std::size_t>(got));
        return got > 0;
    };
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
        if (!more()) return false;
    request.head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    const auto length = request.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer.size() < size)
        if (!more()) return false;
    request.body = buffer.substr(0, size);
    buffer.erase(0, size);
    return true;
}

} // namespace

std::string scripted_request::target() const {
    const auto first = head.find(' ') + 1;
    return head.substr(first, head.find(' ', first) - first);
}

std::string scripted_request::header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
        const auto line = std::string_view{head}.substr(at + 2);
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            ::strncasecmp(line.data(), name.data(), name.size()) != 0)
            continue;
        const auto value = line.substr(name.size() + 1, line.find("\r\n") - name.size() - 1);
        return std::string{value.substr(std::min(value.find_first_not_of(' '), value.size()))};
    }
    return {};
}

scripted_reply http_reply(int status, std::string_view body, std::string_view header_lines) {
    std::string bytes = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Length: ";
    bytes += std::to_string(body.size()) + "\r\n";
    bytes += header_lines;
    bytes += "\r\n";
    bytes += body;
    return {.bytes = std::move(bytes)};
}

class scripted_server::implementation {
public:
    implementation(script answer, const scripted_server_options& options)
        : answer_{std::move(answer)}
        , tls_{options.identity != nullptr ? make_tls_context(*options.identity, options.client_ca_pem)
                                           : nullptr}
        , keep_requests_{options.keep_requests}
        , port_{options.port}
        , listener_{listening_socket(port_)}
        , acceptor_{[this] { accept_all(); }} {}

    ~implementation() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR); // wakes accept()
        acceptor_.join();
        ::close(listener_);
        {
            const std::lock_guard lock{mutex_};
            for (const int fd : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        for (auto& [number, thread] : connections_)
            thread.join();
    }

    void accept_all() {
        for (;;) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            const std::lock_guard lock{mutex_};
            join_ended();
            const int number = ++accepted_;
            open_.insert(fd);
            connections_.emplace(number, [this, fd, number] {
                serve(fd, number);
                const std::lock_guard closing{mutex_};
                open_.erase(fd);
                ::close(fd);
                ended_.push_back(number);
            });
        }
    }

    /// With the mutex locked, which they do not need any more.
    void join_ended() {
        for (const int number : ended_) {
            connections_.at(number).join();
            connections_.erase(number);
        }
        ended_.clear();
    }

    void serve(int fd, int number) {
        scripted_stream stream{fd, tls_.get()};
        if (!stream.ready()) return;
        std::string buffer;
        for (scripted_request request; read_request(stream, buffer, request); request = {}) {
            request.connection = number;
            if (keep_requests_) {
                const std::lock_guard lock{mutex_};
                requests_.push_back(request);
            }
            const auto reply = answer_(request);
            bool sent = stream.write(reply.bytes);
            switch (reply.then) {
            case scripted_reply::after::keep_open:
                if (sent) continue;
                return;
            case scripted_reply::after::close:
                stream.close();
                return;
            case scripted_reply::after::reset: {
                const linger at_once{.l_onoff = 1, .l_linger = 0};
                ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                return;
            }
            case scripted_reply::after::hang: {
                char piece[256];
                while (stream.read(piece, sizeof piece) > 0) {
                }
                return;
            }
            case scripted_reply::after::keep_saying:
                while (sent && !stopping_) {
                    std::this_thread::sleep_for(reply.pause);
                    sent = stream.write(reply.again);
                }
                return;
            }
        }
    }

    script answer_;
    tls_context_ptr tls_;
    bool keep_requests_;
    int port_;
    int listener_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    int accepted_ = 0;
    std::set<int> open_;
    std::map<int, std::thread> connections_; ///< by number
    std::vector<int> ended_;                 ///< of them
    std::vector<scripted_request> requests_;
    std::thread acceptor_; // last: it uses all of the above
};

scripted_server::scripted_server(script answer, const scripted_server_options& options)
    : self_{std::make_unique<implementation>(std::move(answer), options)} {}

scripted_server::scripted_server(script answer, const tls_identity& identity)
    : self_{std::make_unique<implementation>(std::move(answer), scripted_server_options{&identity})} {}

scripted_server::~scripted_server() = default;

int scripted_server::port() const noexcept {
    return self_->port_;
}

std::string scripted_server::url(std::string_view path) const {
    return (self_->tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port()) +
           std::string{path};
}

int scripted_server::accepted() const {
    const std::lock_guard lock{self_->mutex_};
    return self_->accepted_;
}

std::vector<scripted_request> scripted_server::requests() const {
    const std::lock_guard lock{self_->mutex_};
    return self_->requests_;
}

} // namespace webhookd::test
