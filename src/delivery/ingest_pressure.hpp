#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>

#include <chrono>
#include <cstdint>

namespace webhookd::delivery {

/// Acknowledgements come first: while more than `high` events arrive in a tick (some 1000 a second), each
/// handler claims no more than once in a tick. The backlog of a busy minute is worked off in the next quiet
/// one.
class ingest_pressure {
public:
    using steady = circuit_breaker::clock;

    [[nodiscard]] bool tick_is_over(steady::time_point now) const noexcept { return now >= next_tick(); }
    /// Begins a tick. `events`: how many have arrived since the start.
    void tick(steady::time_point now, std::uint64_t events) noexcept {
        const auto ticks = static_cast<std::uint64_t>((now - began_) / length);
        is_high_ = events - events_before_ > high * ticks;
        events_before_ = events;
        began_ = now;
    }
    [[nodiscard]] bool is_high() const noexcept { return is_high_; }
    [[nodiscard]] steady::time_point next_tick() const noexcept { return began_ + length; }

private:
    static constexpr std::uint64_t high = 50;
    static constexpr std::chrono::milliseconds length{50};

    steady::time_point began_;
    std::uint64_t events_before_ = 0;
    bool is_high_ = false;
};

} // namespace webhookd::delivery
