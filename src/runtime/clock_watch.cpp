#include <webhookd/runtime/clock_watch.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <system_error>
#include <utility>

namespace webhookd::runtime {
namespace {

constexpr int poll_interval_ms = 1000;

/// Set to a day that never comes: it can only report that the clock was set.
void arm_for_changes(int timer) {
    itimerspec far{};
    far.it_value.tv_sec = std::numeric_limits<std::int32_t>::max() * std::int64_t{60};
    ::timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, nullptr);
}

} // namespace

std::optional<std::chrono::milliseconds> leap_detector::observe(wall w, steady s) noexcept {
    using std::chrono::milliseconds;
    const auto by_wall = std::chrono::duration_cast<milliseconds>(w - std::exchange(wall_, w));
    const auto by_steady = std::chrono::duration_cast<milliseconds>(s - std::exchange(steady_, s));
    const auto leap = by_wall - by_steady;
    if (leap > -tolerance && leap < tolerance) return std::nullopt;
    return leap;
}

clock_watch::clock_watch(callback on_leap)
    : on_leap_(std::move(on_leap))
    , timer_(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK))
    , stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , detector_(std::chrono::system_clock::now(), std::chrono::steady_clock::now()) {
    if (!stop_) throw std::system_error(errno, std::generic_category(), "eventfd");
    if (timer_) arm_for_changes(timer_.get());
    thread_ = std::thread([this] { run(); });
}

clock_watch::~clock_watch() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
    thread_.join();
}

void clock_watch::run() {
    name_this_thread("clock-watch");
    for (;;) {
        std::array<pollfd, 2> events{{{stop_.get(), POLLIN, 0}, {timer_.get(), POLLIN, 0}}};
        ::poll(events.data(), events.size(), poll_interval_ms);
        if (events[0].revents != 0) return;
        if (events[1].revents != 0) take_change();
        const auto leap =
            detector_.observe(std::chrono::system_clock::now(), std::chrono::steady_clock::now());
        if (leap) on_leap_(*leap);
    }
}

/// Reads the event (ECANCELED, see timerfd_create(2)), so that the next change is an event again.
void clock_watch::take_change() const {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto got = ::read(timer_.get(), &expirations, sizeof expirations);
    arm_for_changes(timer_.get());
}

} // namespace webhookd::runtime
