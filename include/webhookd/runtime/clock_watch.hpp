#pragma once

#include <webhookd/files/unique_fd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

namespace webhookd::runtime {

/// Finds leaps of the wall clock: it stands elsewhere than the steady clock says it should. A pure state
/// machine, one thread at a time. A clock that is slewed (NTP) moves by less than `tolerance` between two
/// observations that are no more than an hour apart, and is no leap; a machine that slept is a leap forward.
class leap_detector {
public:
    using wall = std::chrono::system_clock::time_point;
    using steady = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds tolerance{2};

    leap_detector(wall w, steady s) noexcept
        : wall_(w)
        , steady_(s) {}

    /// By how much the clock leapt since the last observation (negative: backwards); nullopt: it did not.
    /// Each leap is reported once.
    [[nodiscard]] std::optional<std::chrono::milliseconds> observe(wall w, steady s) noexcept;

private:
    wall wall_;
    steady steady_;
};

/// Calls back after each leap of the wall clock, on a thread of its own: at once where the kernel tells of
/// clock_settime(2) (timerfd, TFD_TIMER_CANCEL_ON_SET), and within about a second otherwise. Never for the
/// time before it was made: what an earlier process kept is checked when it is read. The callback must
/// neither throw nor block for long; none runs any more once the destructor has returned.
class clock_watch {
public:
    using callback = std::function<void(std::chrono::milliseconds leap)>;

    explicit clock_watch(callback on_leap);
    ~clock_watch();
    clock_watch(const clock_watch&) = delete;
    clock_watch& operator=(const clock_watch&) = delete;

private:
    void run();
    void take_change() const;

    callback on_leap_;
    files::unique_fd timer_; ///< none: the kernel does not tell, polling remains
    files::unique_fd stop_;  ///< readable when the thread must end
    leap_detector detector_;
    std::thread thread_;
};

} // namespace webhookd::runtime
