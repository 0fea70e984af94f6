#pragma once

#include <webhookd/config/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::delivery {

/// Pauses a handler whose other side is down: after so many failures in a row nothing is tried for a while
/// (open), then one attempt alone tests whether it is back (half-open). A pure state machine, one thread at a
/// time; without settings it is always closed.
class circuit_breaker {
public:
    using clock = std::chrono::steady_clock;
    enum class state { closed, open, half_open };

    explicit circuit_breaker(std::optional<config::circuit_breaker> settings = std::nullopt)
        : settings_(settings) {}

    /// Whether an attempt may begin. Of an open circuit whose time has come the first call makes a half-open
    /// one, and only one attempt begins until it has ended.
    [[nodiscard]] bool allows(clock::time_point now);
    /// An attempt that was allowed has begun.
    void begun();
    /// The other side answered, even if it refused this delivery.
    void answered();
    void failed(clock::time_point now);
    /// An attempt ended without an answer.
    void abandoned();
    /// Open until then, whatever it was: another has found the other side down.
    void hold_open(clock::time_point until);

    [[nodiscard]] state current() const noexcept { return state_; }
    /// The one attempt of a half-open circuit is under way.
    [[nodiscard]] bool is_testing() const noexcept { return testing_; }
    /// While open: when it will let one attempt through.
    [[nodiscard]] std::optional<clock::time_point> open_until() const noexcept;

private:
    void open(clock::time_point now);

    std::optional<config::circuit_breaker> settings_;
    state state_ = state::closed;
    std::uint32_t failures_ = 0; ///< in a row
    bool testing_ = false;       ///< only while half-open
    clock::time_point until_{};
};

[[nodiscard]] std::string_view to_string(circuit_breaker::state s) noexcept;

} // namespace webhookd::delivery
