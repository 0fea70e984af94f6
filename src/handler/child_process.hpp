#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/types.h>

#include <utility>

namespace webhookd::handler {

/// How a process ended: by itself with a code, or by a signal.
struct exit_status {
    int code = 0;
    int signal = 0; ///< 0: by itself
};

/// A child that leads a process group of its own, watched through a pidfd (pidfd_open(2)): no signal handler,
/// no thread. Its destructor kills the whole group and leaves no zombie. One thread, the loop's.
class child_process {
public:
    explicit child_process(boost::asio::io_context& loop);
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    /// Takes over a child that no other code waits for, once. An errno when it cannot be watched; then it has
    /// been killed.
    [[nodiscard]] int adopt(pid_t pid);

    /// Calls back with an error code: none when the process has ended, operation_aborted after `reap`.
    template <class Handler>
    void async_wait(Handler handler) {
        pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(handler));
    }

    /// To the whole group, for as long as the child is not reaped: until then no other group can have its
    /// number. Nothing happens without a child.
    void signal_group(int number) noexcept;

    /// Waits for the end, which should have come, and releases the child.
    exit_status reap() noexcept;

private:
    pid_t pid_ = -1;
    boost::asio::posix::stream_descriptor pidfd_;
};

} // namespace webhookd::handler
