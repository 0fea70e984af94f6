#include <webhookd/files/unique_fd.hpp>
#include <webhookd/runtime/resources.hpp>

#include "handler/shell_launch.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

namespace webhookd::handler {

namespace {

// Between fork and exec the child is a copy of one thread of many: locks may be held for ever, so it makes
// system calls only and neither allocates, locks nor logs. A copy is expensive, and vfork(2) avoids it; but
// not for another user, who could read the daemon's memory while the two share it.

enum class step : int { streams, limits, user, directory, program };

constexpr std::array<std::string_view, 5> step_names{"standard streams", "limits", "change of user",
                                                     "working directory", ""};

struct report {
    step at;
    int error;
};

bool limit(int resource, rlim_t soft, rlim_t hard) {
    const rlimit value{soft, hard};
    return ::setrlimit(static_cast<__rlimit_resource>(resource), &value) == 0;
}

/// The one that this process had before it raised it, as long as it is no more than the hard one.
bool restore_descriptor_limit() {
    const auto before = runtime::descriptor_limit_before();
    rlimit now{};
    if (!before || ::getrlimit(RLIMIT_NOFILE, &now) != 0) return true;
    return limit(RLIMIT_NOFILE, std::min<rlim_t>(*before, now.rlim_max), now.rlim_max);
}

bool set_limits(const config::shell_limits& limits) {
    if (limits.memory && !limit(RLIMIT_AS, limits.memory->bytes, limits.memory->bytes)) return false;
    if (limits.cpu_time) {
        // SIGXCPU at the limit, SIGKILL a second later.
        const auto seconds =
            static_cast<rlim_t>(std::chrono::ceil<std::chrono::seconds>(*limits.cpu_time).count());
        if (!limit(RLIMIT_CPU, seconds, seconds + 1)) return false;
    }
    if (limits.open_files) return limit(RLIMIT_NOFILE, *limits.open_files, *limits.open_files);
    return restore_descriptor_limit();
}

/// By plain system calls: those of the C library would tell threads that this copy does not have.
bool become(const shell_user& user) {
    return ::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
           ::syscall(SYS_setresgid, user.group, user.group, user.group) == 0 &&
           ::syscall(SYS_setresuid, user.id, user.id, user.id) == 0;
}

bool take_streams(launch_streams streams) {
    return ::dup2(streams.input, STDIN_FILENO) >= 0 && ::dup2(streams.output, STDOUT_FILENO) >= 0 &&
           ::dup2(streams.output, STDERR_FILENO) >= 0 &&
           ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

void restore_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        ::sigaction(number, &standard, nullptr); // those that cannot be set have the default anyway
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Returns only when it failed: at which step; errno tells why.
step exec_as(const launch_settings& settings, const char* program, char* const* argv,
             char* const* environment, launch_streams streams) {
    ::setpgid(0, 0);
    if (!take_streams(streams)) return step::streams;
    if (!set_limits(settings.limits)) return step::limits; // before the user, who may not raise them
    if (settings.user && !become(*settings.user)) return step::user;
    // As the new user, who may not have access to all folders of the old one.
    if (!settings.working_directory.empty() && ::chdir(settings.working_directory.c_str()) != 0)
        return step::directory;
    restore_signals();
    ::execve(program, argv, environment);
    return step::program;
}

/// Blocks all signals of this thread, so that no handler of the daemon runs in the child.
class blocked_signals {
public:
    blocked_signals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    blocked_signals(const blocked_signals&) = delete;
    blocked_signals& operator=(const blocked_signals&) = delete;

private:
    sigset_t before_{};
};

} // namespace

launched launch_by_fork(const launch_settings& settings, const char* program, char* const* argv,
                        char* const* environment, launch_streams streams) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {-1, errno, "pipe"};
    const files::unique_fd told(ends[0]);
    files::unique_fd telling(ends[1]);

    pid_t pid = -1;
    {
        const blocked_signals during_fork;
        const auto& limits = settings.limits;
        const bool share = !settings.user && !limits.memory && !limits.cpu_time && !limits.open_files;
        pid = share ? ::vfork() : ::_Fork();
        if (pid == 0) {
            report failed{};
            failed.at = exec_as(settings, program, argv, environment, streams);
            failed.error = errno;
            // The reader stays until it has read this, so nothing is lost and there is no SIGPIPE.
            const auto written = ::write(telling.get(), &failed, sizeof failed);
            ::_exit(written == sizeof failed ? 127 : 126);
        }
    }
    if (pid < 0) return {-1, errno, "fork"};
    telling.reset();

    // The end of the file comes when exec closes the other end, so that it cannot be missed.
    report failed{};
    ssize_t got = 0;
    do
        got = ::read(told.get(), &failed, sizeof failed);
    while (got < 0 && errno == EINTR);
    if (got != sizeof failed) return {pid};
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {-1, failed.error, step_names[static_cast<std::size_t>(failed.at)]};
}

} // namespace webhookd::handler
