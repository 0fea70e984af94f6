#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/supervisor.hpp>
#include <webhookd/runtime/systemd.hpp>

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::runtime {

namespace {

using namespace std::chrono_literals;

timespec to_timespec(std::chrono::nanoseconds t) {
    return {static_cast<time_t>(t.count() / 1'000'000'000), static_cast<long>(t.count() % 1'000'000'000)};
}

/// The watchdog's side of the roll call.
class watch {
public:
    explicit watch(roll_call& roll)
        : roll_(roll) {
        // Twice in each interval, as sd_watchdog_enabled(3) advises.
        if (const auto watchdog = systemd::watchdog_interval()) feed_every_ = *watchdog / 2;
        roll_.call();
    }

    [[nodiscard]] std::chrono::microseconds interval() const {
        constexpr std::chrono::microseconds second = 1s;
        return feed_every_ ? std::min(*feed_every_, second) : second;
    }

    /// After each interval.
    void poll() {
        const auto now = roll_call::clock::now();
        roll_.call(now);
        tell(roll_.silent());
        log::tell_held_back();
        if (!feed_every_ || now < feed_at_) return;
        const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*feed_every_);
        if (!roll_.silent(std::min<std::chrono::milliseconds>(timeout, roll_call::answer_timeout)).empty())
            return;
        systemd::notify_watchdog();
        feed_at_ = now + *feed_every_ - interval() / 2;
    }

private:
    /// Each change once.
    void tell(const std::vector<std::string>& silent) {
        if (silent == silent_) return;
        silent_ = silent;
        std::string names;
        for (const auto& each : silent)
            names += (names.empty() ? "" : ", ") + each;
        if (silent.empty())
            log::info("every thread answers again");
        else
            log::error("a thread stands still", {{"threads", names}});
    }

    roll_call& roll_;
    std::optional<std::chrono::microseconds> feed_every_;
    roll_call::clock::time_point feed_at_;
    std::vector<std::string> silent_;
};

} // namespace

supervisor::supervisor() {
    sigemptyset(&signals_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&signals_, number);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A closed peer, or a file that may not grow, is an error to handle and must not end the process.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

bool supervisor::end_is_asked() {
    sigset_t waiting{};
    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

void supervisor::ask_for_reload() {
    ::kill(::getpid(), SIGHUP);
}

void supervisor::run(roll_call& watched, const std::function<void()>& reload) {
    watch threads(watched);
    for (;;) {
        const auto wait = to_timespec(threads.interval());
        const int number = sigtimedwait(&signals_, nullptr, &wait);
        if (number == SIGTERM || number == SIGINT) break;
        if (number == SIGHUP)
            reload();
        else if (number < 0 && errno == EAGAIN)
            threads.poll();
    }
    // From here on the default action applies: a second signal ends the process.
    sigset_t terminating = signals_;
    sigdelset(&terminating, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &terminating, nullptr);
}

} // namespace webhookd::runtime
