#pragma once

#include <webhookd/time.hpp>

#include <chrono>

/// The time that retention counts with. A wall clock can be wrong by years (a dead battery, a typing
/// mistake), and what is purged is lost; so the clock is checked against heartbeats in the store.
namespace webhookd::store {

/// Kept in the store, so that a restart forgets nothing.
struct clock_state {
    timestamp believed;                  ///< the last reading, as far as it was believed
    std::chrono::microseconds offset{0}; ///< of the wall clock from it, while that is in doubt
    std::chrono::microseconds held{0};   ///< how long the wall clock has kept it, counted while running
    friend bool operator==(const clock_state&, const clock_state&) = default;
};

struct clock_reading {
    timestamp wall;
    /// By the steady clock since the last reading of this process; 0 for its first.
    std::chrono::microseconds elapsed{0};
};

/// A wall clock so far from what was expected is in doubt.
inline constexpr std::chrono::minutes clock_tolerance{10};
/// It must keep its new time this long, compared with the heartbeats, before it is believed.
inline constexpr std::chrono::hours clock_hold{6};

struct clock_verdict {
    clock_state state;
    bool leapt = false;   ///< a doubt began with this reading
    bool settled = false; ///< a doubt ended: the wall clock came back, or is believed now
    bool adopted = false; ///< it ended because the wall clock held
    [[nodiscard]] bool in_doubt() const noexcept { return state.offset != std::chrono::microseconds{0}; }
};

/// The belief after one more reading. Pure. Time goes on by the steady clock; the wall clock moves it only
/// within the tolerance, or once it has held its offset for `clock_hold`.
[[nodiscard]] clock_verdict judge_clock(const clock_state& before, const clock_reading& reading) noexcept;

/// What retention may count with: the earlier of what is believed and what the wall clock says.
[[nodiscard]] inline timestamp retention_time(const clock_state& state, timestamp wall) noexcept {
    return wall < state.believed ? wall : state.believed;
}

} // namespace webhookd::store
