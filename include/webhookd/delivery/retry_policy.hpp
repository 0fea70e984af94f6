#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/store/delivery.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace webhookd::delivery {

/// What is known when an attempt has ended.
struct attempt_facts {
    std::uint32_t attempt = 1;       ///< 1 for the first since it was planned, or last retried by hand
    std::chrono::microseconds age{}; ///< since that first, by a clock that can be believed
    double chance = 0;               ///< drawn from [0, 1)
};

/// The outcome of a delivery.
struct decision {
    store::delivery_state state = store::delivery_state::successful;
    std::chrono::milliseconds delay{}; ///< until the next attempt, where the state is pending
    std::string reason;                ///< why it was not successful
};

/// Exponential backoff: the delay after attempt n is initial · factorⁿ⁻¹, at most `max_delay`, and with full
/// jitter drawn from zero to that ("Exponential Backoff And Jitter", AWS Architecture Blog). A Retry-After of
/// the other side is a hint that makes it longer, never shorter, and at most `max_delay` too. An attempt that
/// cannot succeed, the last one of `max_attempts`, and one whose successor would come later than `max_age`
/// make the delivery failed. `abandoned` is no outcome and must not be passed.
[[nodiscard]] decision decide(const config::retry_policy& policy, const handler::outcome& outcome,
                              const attempt_facts& facts);

} // namespace webhookd::delivery
