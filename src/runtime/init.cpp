#include <webhookd/runtime/init.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

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

} // namespace webhookd::runtime
