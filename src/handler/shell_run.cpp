#include "handler/shell_run.hpp"

#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#ifndef MFD_NOEXEC_SEAL
#    define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace webhookd::handler {

namespace {

using boost::system::error_code;
using files::unique_fd;

constexpr std::size_t chunk = 16 * 1024;
constexpr int chunks_in_a_row = 4;    // then the loop does its other work
constexpr int chunks_at_the_end = 64; // no pipe holds more without a privilege (pipe-max-size: 1 MiB)

// Most programs end before that, having written less than a pipe holds. Watched, the end of their output
// would wake us just before their own end does.
constexpr std::chrono::milliseconds output_waits{20};

/// Standard streams are set by dup2, which must not overwrite a descriptor that is still needed.
unique_fd above_standard(unique_fd fd) {
    if (!fd || fd.get() > STDERR_FILENO) return fd;
    return unique_fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

/// The body as a file in memory, read from its beginning: unlike a pipe it needs no writer, so that a program
/// that reads slowly or not at all blocks nothing. Empty with errno set when there is none.
unique_fd input_of(std::string_view body) {
    // Linux before 6.3 does not know the second flag, later ones warn without it.
    int raw = ::memfd_create("event", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (raw < 0 && errno == EINVAL) raw = ::memfd_create("event", MFD_CLOEXEC);
    auto fd = above_standard(unique_fd(raw));
    std::size_t written = 0;
    while (fd && written < body.size()) {
        // pwrite leaves the position, which the program shares, at the beginning.
        const auto n =
            ::pwrite(fd.get(), body.data() + written, body.size() - written, static_cast<off_t>(written));
        if (n > 0)
            written += static_cast<std::size_t>(n);
        else if (n == 0 || errno != EINTR)
            return {};
    }
    return fd;
}

} // namespace

shell_run::shell_run(const shell_program& program, boost::asio::io_context& loop, handler::completion done)
    : program_(program)
    , loop_(loop)
    , done_(std::move(done))
    , child_(loop_)
    , watched_(loop_)
    , timer_(loop_)
    , captured_(program.secrets) {}

void shell_run::begin(const delivery& d) {
    if (auto failed = launch_program(d)) {
        finish(std::move(*failed));
        return;
    }
    await_end();
    const auto now = std::chrono::steady_clock::now();
    deadline_ = now + program_.timeout;
    await_timer(std::min(now + output_waits, deadline_));
}

std::optional<outcome> shell_run::launch_program(const delivery& d) {
    auto environment = program_.environment;
    add_event_variables(environment, program_.name, d);
    const auto& named = program_.launch.argv.front();
    int error = 0;
    const auto file = find_program(named, variable(environment, "PATH"), error);
    if (file.empty()) return not_run(named, error);

    const auto input = input_of(d.event.body);
    if (!input) return not_run("standard input", errno);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return not_run("standard output", errno);
    unique_fd read_end(ends[0]);
    const auto writing = above_standard(unique_fd(ends[1]));
    if (!writing) return not_run("standard output", errno);
    if (::fcntl(read_end.get(), F_SETFL, O_NONBLOCK) != 0) return not_run("standard output", errno);
    unwatched_ = std::move(read_end);

    unique_fd spare(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!spare && errno != EBADF) return not_run("pidfd", errno);

    const auto l = launch(program_.launch, file, environment, {input.get(), writing.get()});
    if (l.pid < 0) {
        auto o = not_run(l.step.empty() ? std::string_view(named) : l.step, l.error);
        // Memory that the settings do not grant the program is not our lack.
        if (l.error == ENOMEM && program_.launch.limits.memory) o.verdict = verdict::retry;
        return o;
    }
    // for the descriptor that watches the program: otherwise a running one would have to be killed
    spare.reset();
    if (const int unwatched = child_.adopt(l.pid); unwatched != 0) return not_run("pidfd", unwatched);
    return std::nullopt;
}

int shell_run::output() {
    if (unwatched_) return unwatched_.get();
    return watched_.is_open() ? watched_.native_handle() : -1;
}

/// Where the kernel cannot watch any more, what the pipe holds is read at the end.
void shell_run::watch_output() {
    if (!unwatched_) return;
    error_code ec;
    watched_.assign(unwatched_.get(), ec);
    if (ec) return;
    static_cast<void>(unwatched_.release());
    await_output();
}

void shell_run::await_output() {
    watched_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const error_code& ec) {
                            if (!ec && self->done_) self->on_output();
                        });
}

void shell_run::await_end() {
    child_.async_wait([self = shared_from_this()](const error_code& ec) {
        if (!ec && self->done_) self->on_end();
    });
}

void shell_run::await_timer(std::chrono::steady_clock::time_point t) {
    timer_.expires_at(t);
    timer_.async_wait([self = shared_from_this()](const error_code& ec) {
        if (!ec && self->done_) self->on_timer();
    });
}

void shell_run::cancel() {
    if (done_ && !stopped_) stop(verdict::abandoned, "cancelled");
}

void shell_run::on_timer() {
    if (timer_.expiry() > std::chrono::steady_clock::now()) return; // set again meanwhile
    if (!stopped_) {
        watch_output();
        if (timer_.expiry() < deadline_)
            await_timer(deadline_);
        else
            stop(verdict::retry, killed_after(program_.timeout));
        return;
    }
    killed_ = true;
    child_.signal_group(SIGKILL);
    if (main_ended_) finish();
}

void shell_run::stop(verdict v, std::string reason) {
    stopped_.emplace();
    stopped_->verdict = v;
    stopped_->reason = std::move(reason);
    watch_output();
    child_.signal_group(SIGTERM);
    await_timer(std::chrono::steady_clock::now() + grace);
}

void shell_run::on_end() {
    main_ended_ = true;
    // Other processes of a group that was told to end may still be cleaning up: while one of them holds the
    // output open, they have the grace period.
    if (!stopped_ || killed_ || !watched_.is_open()) finish();
}

void shell_run::on_output() {
    drain(chunks_in_a_row);
    if (watched_.is_open())
        await_output();
    else if (main_ended_)
        finish();
}

void shell_run::drain(int chunks) {
    std::array<char, chunk> bytes; // NOLINT(*-member-init): filled by read
    for (int from = output(); from >= 0 && chunks > 0; --chunks) {
        const auto got = ::read(from, bytes.data(), bytes.size());
        if (got > 0) {
            captured_.add({bytes.data(), static_cast<std::size_t>(got)});
        } else if (got < 0 && errno == EAGAIN) {
            return;
        } else if (got == 0 || errno != EINTR) {
            return close_output();
        }
    }
}

void shell_run::finish() {
    drain(chunks_at_the_end);
    // While the main process is not reaped, no other group can have its number.
    if (stopped_) child_.signal_group(SIGKILL);
    const auto ended = child_.reap();
    const bool stopped = stopped_.has_value();
    auto o = stopped ? std::move(*stopped_) : judge(ended);
    if (stopped) o.status = shell_code(ended);
    o.output = captured_.text();
    if (!stopped) drain_on();
    finish(std::move(o));
}

/// What the program left in the background may still write: without a reader it would be ended by SIGPIPE.
void shell_run::drain_on() {
    watch_output();
    if (watched_.is_open()) left_behind::keep_reading(std::move(watched_));
}

void shell_run::close_output() {
    error_code ignored;
    watched_.close(ignored);
    unwatched_.reset();
}

void shell_run::finish(outcome o) {
    close_output();
    timer_.cancel();
    std::exchange(done_, nullptr)(std::move(o));
}

} // namespace webhookd::handler
