#pragma once

#include <webhookd/time.hpp>

#include <array>
#include <chrono>
#include <optional>

/// When Universign sends a webhook again that could not be delivered (wire-contract "Transport"). That the
/// first try comes when the event does is an assumption (A).
namespace webhookd::event {

/// Each from the try before it; the first from the first try.
inline constexpr std::array<std::chrono::minutes, 7> retry_delays{
    std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(30), std::chrono::hours(2),
    std::chrono::hours(6),   std::chrono::hours(24),  std::chrono::hours(48)};

/// From the first try to the last one: 80 hours and 36 minutes.
inline constexpr std::chrono::minutes retry_span = [] {
    std::chrono::minutes sum{0};
    for (const auto delay : retry_delays)
        sum += delay;
    return sum;
}();

/// What is still to be expected of a webhook that has not arrived.
struct retry_outlook {
    std::optional<timestamp> next; ///< nothing: the last try is over, only a person can send it again
    timestamp last;                ///< the last try by the schedule
    friend bool operator==(const retry_outlook&, const retry_outlook&) = default;
};

/// Of a webhook first tried at `first`, and not delivered by `now`.
[[nodiscard]] retry_outlook outlook(timestamp first, timestamp now);

/// What becomes of the events of a time in which no webhook could be kept.
struct outage_outlook {
    timestamp tried_again_by; ///< by then each event that is not given up was tried again after the end
    timestamp last_try;       ///< by then the last one of them is tried for the last time
    /// Events before this had all their tries within the outage: only a person can send them again.
    std::optional<timestamp> given_up_before;
    friend bool operator==(const outage_outlook&, const outage_outlook&) = default;
};

[[nodiscard]] outage_outlook outlook_of_outage(timestamp began, timestamp ended);

} // namespace webhookd::event
