#pragma once

#include <webhookd/files/unique_fd.hpp>

#include "outbound/curl.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace webhookd::outbound {

/// libcurl's multi handle, with epoll(7) for the ready sockets: an iteration costs what happens in it, not
/// what is under way. One thread, but for `wake`.
class multi_loop {
public:
    /// Throws std::runtime_error when libcurl cannot be initialised, std::system_error when epoll cannot.
    multi_loop();
    multi_loop(const multi_loop&) = delete;
    multi_loop& operator=(const multi_loop&) = delete;

    [[nodiscard]] CURLM* multi() noexcept { return multi_.get(); }

    /// Runs what is due without polling any socket, such as the start of transfers just added.
    void run_due();
    /// Runs what the sockets are ready for, and waits for the first of them, until something is due, or until
    /// it is woken. Whether a socket was ready.
    enum class wait_mode { none, any };
    bool run_ready(wait_mode p);
    /// Ends the wait, or the next one. Any thread.
    void wake() noexcept;

private:
    using clock = std::chrono::steady_clock;
    struct watch {
        std::uint32_t wanted = 0; ///< by libcurl; 0: it has forgotten the socket
        bool known = false;       ///< to the kernel, unless it was closed since
        bool armed = false;
    };

    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
    static int on_timer(CURLM*, long after_ms, void* self);
    void want(int socket, std::uint32_t events);
    void arm(int socket, watch& w);
    [[nodiscard]] int timeout_ms(wait_mode p) const;

    files::unique_fd epoll_;
    files::unique_fd wakeup_;
    std::vector<watch> watches_; ///< by descriptor
    std::optional<clock::time_point> due_;
    multi_ptr multi_ = make_multi(); ///< last: it reports sockets until it is destroyed
};

} // namespace webhookd::outbound
