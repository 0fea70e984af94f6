#include "outbound/multi_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace webhookd::outbound {
namespace {

constexpr std::size_t most_events = 64;

files::unique_fd opened(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return files::unique_fd(fd);
}

std::uint32_t to_events(int what) {
    return ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
}

/// An error is no event of its own: the next read or write returns it, and libcurl then knows the cause.
int to_select_bits(std::uint32_t ready, std::uint32_t wanted) {
    if ((ready & (EPOLLERR | EPOLLHUP)) != 0) ready |= wanted;
    return ((ready & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) | ((ready & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
}

} // namespace

multi_loop::multi_loop()
    : epoll_(opened(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
    , wakeup_(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET; // edge-triggered: each write is an event, nobody needs to read
    event.data.fd = wakeup_.get();
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &multi_loop::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &multi_loop::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

void multi_loop::run_due() {
    if (!due_ || clock::now() < *due_) return;
    due_.reset(); // libcurl sets the next timer by itself
    int running = 0;
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

bool multi_loop::run_ready(wait_mode p) {
    std::array<epoll_event, most_events> events; // NOLINT(*-member-init): filled by the kernel
    const int count = ::epoll_wait(epoll_.get(), events.data(), most_events, timeout_ms(p));
    bool some = false;
    for (int i = 0; i < count; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        if (socket == wakeup_.get()) continue;
        const auto at = static_cast<std::size_t>(socket);
        watches_[at].armed = false;
        const auto wanted = watches_[at].wanted;
        if (wanted == 0) continue; // an idle connection that its peer has closed, for example
        some = true;
        int running = 0;
        curl_multi_socket_action(multi_.get(), socket,
                                 to_select_bits(events[static_cast<std::size_t>(i)].events, wanted),
                                 &running);
        if (auto& after = watches_[at]; after.wanted != 0 && !after.armed) arm(socket, after);
    }
    return some;
}

int multi_loop::timeout_ms(wait_mode p) const {
    constexpr std::chrono::milliseconds longest{60'000};
    if (p == wait_mode::none) return 0;
    if (!due_) return static_cast<int>(longest.count());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - clock::now());
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), longest).count());
}

void multi_loop::wake() noexcept {
    const std::uint64_t one = 1;
    // Fails only after 2^64 - 1 wakeups; then one is pending anyway.
    [[maybe_unused]] const auto written = ::write(wakeup_.get(), &one, sizeof one);
}

int multi_loop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<multi_loop*>(self)->want(socket, what == CURL_POLL_REMOVE ? 0 : to_events(what));
    return 0;
}

int multi_loop::on_timer(CURLM*, long after_ms, void* self) {
    auto& due = static_cast<multi_loop*>(self)->due_;
    due.reset();
    if (after_ms >= 0) due = clock::now() + std::chrono::milliseconds(after_ms);
    return 0;
}

/// What libcurl forgets stays registered in epoll: the next transfer over the connection needs it again.
void multi_loop::want(int socket, std::uint32_t events) {
    const auto at = static_cast<std::size_t>(socket);
    if (at >= watches_.size()) watches_.resize(at + 1);
    watches_[at].wanted = events;
    if (events != 0) arm(socket, watches_[at]);
}

/// One-shot, so that a socket that libcurl has forgotten reports at most once. Registers each time: a
/// descriptor may have been closed and its number reused. Where the kernel cannot watch more, the transfer
/// times out.
void multi_loop::arm(int socket, watch& w) {
    epoll_event event{};
    event.events = w.wanted | EPOLLONESHOT;
    event.data.fd = socket;
    const int first = w.known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    const int second = w.known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    w.known = w.armed = ::epoll_ctl(epoll_.get(), first, socket, &event) == 0 ||
                        ::epoll_ctl(epoll_.get(), second, socket, &event) == 0;
}

} // namespace webhookd::outbound
