#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/store/group_writer.hpp>

#include <chrono>
#include <cstdint>

namespace webhookd::delivery {

/// Acknowledgements come first: while more events than `crowd` arrive in a turn (some 1000 a second), each
/// handler claims no more than once in a turn. What a busy minute leaves is made up for in the next quiet
/// one.
class claim_turns {
public:
    using steady = circuit_breaker::clock;

    /// True when a turn begins. Finds out how busy the last one was.
    bool begin(steady::time_point now, const store::group_writer& writer) {
        if (now - began_ < length) return false;
        const auto events = writer.snapshot().events;
        const auto turns = static_cast<std::uint64_t>((now - began_) / length);
        crowded_ = events - events_before_ > crowd * turns;
        events_before_ = events;
        began_ = now;
        return true;
    }
    [[nodiscard]] bool crowded() const noexcept { return crowded_; }
    [[nodiscard]] steady::time_point next() const noexcept { return began_ + length; }

private:
    static constexpr std::uint64_t crowd = 50;
    static constexpr std::chrono::milliseconds length{50};

    steady::time_point began_;
    std::uint64_t events_before_ = 0;
    bool crowded_ = false;
};

} // namespace webhookd::delivery
