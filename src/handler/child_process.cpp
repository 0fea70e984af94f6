#include "handler/child_process.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace webhookd::handler {

child_process::child_process(boost::asio::io_context& loop)
    : pidfd_(loop) {}

child_process::~child_process() {
    if (pid_ < 0) return;
    signal_group(SIGKILL);
    reap();
}

int child_process::adopt(pid_t pid) {
    pid_ = pid;
    // Debian 12 declares pidfd_open for C alone. The descriptor is close-on-exec by itself.
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
    int error = fd < 0 ? errno : 0;
    if (error == 0) {
        boost::system::error_code ec;
        pidfd_.assign(fd, ec);
        error = ec.value();
        if (ec) ::close(fd);
    }
    if (error != 0) {
        signal_group(SIGKILL);
        reap();
    }
    return error;
}

void child_process::signal_group(int number) noexcept {
    if (pid_ < 0) return;
    // The program may have moved to another group.
    if (::kill(-pid_, number) != 0 || number == SIGKILL) ::kill(pid_, number);
}

exit_status child_process::reap() noexcept {
    siginfo_t ended{};
    int result = -1;
    do
        result = pidfd_.is_open()
                     ? ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &ended, WEXITED)
                     : ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED);
    while (result != 0 && errno == EINTR);
    pid_ = -1;
    boost::system::error_code ignored;
    pidfd_.close(ignored);
    if (ended.si_code == CLD_EXITED) return {ended.si_status, 0};
    return {0, ended.si_status};
}

} // namespace webhookd::handler
