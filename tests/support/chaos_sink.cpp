#include "support/chaos_sink.hpp"

#include <webhookd/files/unique_fd.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>
#include <mutex>
#include <stdexcept>

namespace webhookd::test {

namespace chaos {

using after = scripted_reply::after;
constexpr auto chunked_ok = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

scripted_reply hang() {
    return {.bytes = "", .then = after::hang};
}

scripted_reply go_silently() {
    return {.bytes = "", .then = after::close};
}

scripted_reply reset() {
    return {.bytes = "", .then = after::reset};
}

scripted_reply half_a_head() {
    return {.bytes = "HTTP/1.1 200 OK\r\nContent-Le", .then = after::reset};
}

scripted_reply half_a_body() {
    return {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .then = after::close};
}

scripted_reply garbage() {
    return {.bytes = "220 mail.example ESMTP\r\n", .then = after::close};
}

scripted_reply endless_headers() {
    return {.bytes = "HTTP/1.1 200 OK\r\n",
            .then = after::keep_saying,
            .again = "X-More: " + std::string(1000, 'x') + "\r\n"};
}

scripted_reply endless_body() {
    return {.bytes = chunked_ok,
            .then = after::keep_saying,
            .again = "1000\r\n" + std::string(0x1000, 'x') + "\r\n"};
}

scripted_reply trickling_body() {
    return {.bytes = chunked_ok,
            .then = after::keep_saying,
            .again = "1\r\nx\r\n",
            .pause = std::chrono::milliseconds(20)};
}

} // namespace chaos

namespace {

/// Never listens, so that who connects meanwhile is refused. A port of 0 becomes the one that it got.
files::unique_fd bound_socket(int& port) {
    files::unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t length = sizeof address;
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw std::runtime_error("a test's port cannot be reserved");
    port = ntohs(address.sin_port);
    return fd;
}

} // namespace

class chaos_sink::implementation {
public:
    explicit implementation(scripted_server_options options)
        : reserved_{bound_socket(options.port)}
        , options_{std::move(options)} {
        come_up();
    }

    scripted_reply answer(const scripted_request& request) {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
        requests_.back().connection += connections_before_;
        if (replies_.empty()) return http_reply(200, "well");
        auto reply = std::move(replies_.front());
        replies_.pop_front();
        return reply;
    }

    void come_up() {
        if (server_) return;
        server_ = std::make_unique<scripted_server>(
            [this](const scripted_request& request) { return answer(request); }, options_);
    }

    void go_down() {
        if (!server_) return;
        const int accepted = server_->accepted();
        server_.reset();
        const std::lock_guard lock{mutex_};
        connections_before_ += accepted;
    }

    /// Keeps the port while the server is down: else any connection of this machine could get it.
    files::unique_fd reserved_;
    scripted_server_options options_;
    mutable std::mutex mutex_;
    std::deque<scripted_reply> replies_;
    std::vector<scripted_request> requests_;
    int connections_before_ = 0;
    std::unique_ptr<scripted_server> server_; // last: it calls answer()
};

chaos_sink::chaos_sink(scripted_server_options options)
    : self_{std::make_unique<implementation>(std::move(options))} {}

chaos_sink::~chaos_sink() = default;

void chaos_sink::next(const scripted_reply& reply, int times) {
    const std::lock_guard lock{self_->mutex_};
    self_->replies_.insert(self_->replies_.end(), static_cast<std::size_t>(times), reply);
}

void chaos_sink::go_down() {
    self_->go_down();
}

void chaos_sink::come_up() {
    self_->come_up();
}

std::string chaos_sink::url(std::string_view path) const {
    return (self_->options_.identity != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") +
           std::to_string(self_->options_.port) + std::string{path};
}

std::vector<scripted_request> chaos_sink::requests() const {
    const std::lock_guard lock{self_->mutex_};
    return self_->requests_;
}

int chaos_sink::connections() const {
    const int now = self_->server_ ? self_->server_->accepted() : 0;
    const std::lock_guard lock{self_->mutex_};
    return self_->connections_before_ + now;
}

} // namespace webhookd::test
