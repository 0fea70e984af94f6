#pragma once

#include <webhookd/handler/handler.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// The outcome of a program that was not killed: the table in shell_handler.hpp.
[[nodiscard]] outcome judge(exit_status ended);

/// The code a shell would have seen: 128 and the signal's number.
[[nodiscard]] int shell_code(exit_status ended) noexcept;

/// `what` could not be done, for the reason that an errno names.
[[nodiscard]] outcome not_run(std::string_view what, int error);

/// `killed after 60 s`.
[[nodiscard]] std::string killed_after(std::chrono::milliseconds timeout);

/// The first part of what a program wrote, made safe to keep and to show.
class shell_output {
public:
    /// A shorter value of `env` could not be distinguished from an ordinary word.
    static constexpr std::size_t shortest_secret = 8;

    struct secret {
        std::string name;
        std::string value;
    };
    /// The values of `env` that may be secrets, the longest first.
    [[nodiscard]] static std::vector<secret> secrets_of(const std::map<std::string, std::string>& env);

    /// `secrets` outlives this.
    explicit shell_output(const std::vector<secret>& secrets);

    /// Keeps what fits and drops the rest.
    void add(std::string_view bytes);
    /// Nothing more will be kept.
    [[nodiscard]] bool full() const noexcept { return raw_.size() == capacity_; }

    /// At most `max_output` bytes: secrets become `[NAME]`, then all is made fit by `text::to_output_text`. A
    /// blank tail is cut off.
    [[nodiscard]] std::string text() const;

private:
    const std::vector<secret>& secrets_;
    std::size_t capacity_;
    std::string raw_;
};

} // namespace webhookd::handler

namespace webhookd::handler::left_behind {

/// This many bytes are read and dropped: enough for a script's last output.
inline constexpr std::size_t most_bytes = 1024 * 1024;
/// For this many outputs at once; beyond that the oldest is closed.
inline constexpr std::size_t most_at_once = 256;

/// Goes on reading the output of a program that has ended, for what it left in the background, until nobody
/// can write to it any more or a bound is met: a process that still writes then gets SIGPIPE. On the loop of
/// `output`, which must be the only one that this is used with at a time.
void keep_reading(boost::asio::posix::stream_descriptor output);

} // namespace webhookd::handler::left_behind
