#pragma once

#include <webhookd/error.hpp>

#include "delivery/action.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// Decides when to call back deliveries that a clock which was ahead has put off: what waits longer than its
/// handler's `max_delay`, and what was never tried and yet waits, becomes due. Checks at the start, after a
/// leap of the clock, and once again a little later, for what was on its way to the disk meanwhile. In small
/// batches, so that no acknowledgement waits. Part of the schedule.
class recaller {
public:
    using steady = circuit_breaker::clock;
    static constexpr std::size_t batch = 500;

    void check_soon();
    [[nodiscard]] bool wants_check(steady::time_point now) const noexcept {
        return !under_way_ && check_at_ && now >= *check_at_;
    }
    /// Begins with these, all that are configured.
    void check(const std::vector<call_back>& all, steady::time_point now);
    /// Under way until its outcome is passed back.
    [[nodiscard]] std::optional<call_back> next();
    /// How many of the batch became due. The handler that has something to do now; empty: none has.
    [[nodiscard]] std::string called_back(const result<std::size_t>& count, steady::time_point now);

    [[nodiscard]] bool is_idle() const noexcept { return !under_way_; }
    [[nodiscard]] std::optional<steady::time_point> wake_at() const noexcept;

private:
    std::deque<call_back> left_; ///< the first is at work
    bool under_way_ = false;
    std::size_t called_ = 0; ///< of the first
    std::optional<steady::time_point> check_at_;
    bool check_again_ = false; ///< a second check is due
};

} // namespace webhookd::delivery
