#include <webhookd/runtime/process.hpp>

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <utility>

namespace webhookd::runtime {

namespace {

/// Reaps all that has ended; the daemon's exit code once it is among them, else -1.
int reap(pid_t daemon) {
    int code = -1;
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(-1, &status, WNOHANG);
        if (ended < 0 && errno == EINTR) continue;
        if (ended <= 0) return code;
        if (ended == daemon) code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}

} // namespace

bool occupy_standard_descriptors() noexcept {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest number that is free, which is this one; programs that we run may inherit it.
        if (::open("/dev/null", O_RDWR) != fd) return false; // NOLINT: without O_CLOEXEC on purpose
    }
    return true;
}

void serve_as_init() {
    if (::getpid() != 1) return;
    sigset_t before;
    sigset_t awaited;
    sigemptyset(&awaited);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD})
        sigaddset(&awaited, number);
    // Before the fork, so that no signal is lost between.
    ::sigprocmask(SIG_BLOCK, &awaited, &before);
    const pid_t daemon = ::fork();
    if (daemon <= 0) {
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        return;
    }
    for (;;) {
        const int number = ::sigwaitinfo(&awaited, nullptr);
        if (number == SIGCHLD) {
            // The kernel ends whatever is left when process 1 goes.
            if (const int code = reap(daemon); code >= 0) ::_exit(code);
        } else if (number > 0) {
            ::kill(daemon, number);
        }
    }
}

void keep_capabilities_from_programs() {
    // A change from one user to another, neither of them root, would leave them all in force
    // (capabilities(7)).
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

std::string lacks_for_other_users() {
    constexpr std::array needed{std::pair{CAP_SETUID, "CAP_SETUID"}, std::pair{CAP_SETGID, "CAP_SETGID"},
                                std::pair{CAP_KILL, "CAP_KILL"}};
    // The C library has no declaration of capget(2).
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    ::syscall(SYS_capget, &header, sets.data());
    std::string lacking;
    for (const auto& [capability, name] : needed)
        if ((sets[0].effective & (std::uint32_t{1} << capability)) == 0)
            lacking += (lacking.empty() ? "" : ", ") + std::string(name);
    return lacking;
}

} // namespace webhookd::runtime
