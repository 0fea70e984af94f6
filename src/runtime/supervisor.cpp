#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/supervisor.hpp>
#include <webhookd/runtime/systemd.hpp>

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>

namespace webhookd::runtime {

namespace {

using namespace std::chrono_literals;

timespec to_timespec(std::chrono::nanoseconds t) {
    return {static_cast<time_t>(t.count() / 1'000'000'000), static_cast<long>(t.count() % 1'000'000'000)};
}

} // namespace

supervisor::supervisor() {
    sigemptyset(&signals_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&signals_, number);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A peer that is gone, or a file that may not grow, is an error to handle and not a reason to die.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void supervisor::ask_for_reload() {
    ::kill(::getpid(), SIGHUP);
}

void supervisor::run(event_loops& watched, const std::function<void()>& reload) {
    const auto watchdog = systemd::watchdog_interval();
    // Twice in each interval, as sd_watchdog_enabled(3) advises.
    const auto wait =
        to_timespec(watchdog ? std::chrono::nanoseconds(*watchdog) / 2 : std::chrono::nanoseconds(1h));
    watched.ping();
    for (;;) {
        const int number = sigtimedwait(&signals_, nullptr, &wait);
        if (number == SIGTERM || number == SIGINT) break;
        if (number == SIGHUP) {
            reload();
            continue;
        }
        if (number < 0 && errno != EAGAIN) continue;
        if (!watchdog) continue;
        if (watched.alive())
            systemd::notify_watchdog();
        else
            log::error("an event loop does not answer");
        watched.ping();
    }
    // From here on the default action counts: a second signal ends the process.
    sigset_t terminating = signals_;
    sigdelset(&terminating, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &terminating, nullptr);
}

} // namespace webhookd::runtime
