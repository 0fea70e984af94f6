#pragma once

#include <webhookd/time.hpp>

#include <array>
#include <chrono>
#include <optional>

/// When Universign retries a webhook that could not be delivered (wire-contract "Transport"). That the first
/// try comes when the event is created is an assumption (A). Whether each delay counts from the first try or
/// from the previous one is not known: the results hold for both.
namespace webhookd::event {

/// As Universign documents them (D).
inline constexpr std::array<std::chrono::minutes, 7> retry_delays{
    std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(30), std::chrono::hours(2),
    std::chrono::hours(6),   std::chrono::hours(24),  std::chrono::hours(48)};

/// From the first try to the last one, where each delay counts from the first try: 48 hours.
inline constexpr std::chrono::minutes shortest_retry_span = retry_delays.back();

/// The same, where each delay counts from the try before it: 80 hours and 36 minutes.
inline constexpr std::chrono::minutes retry_span = [] {
    std::chrono::minutes sum{0};
    for (const auto delay : retry_delays)
        sum += delay;
    return sum;
}();

/// The tries that a webhook still has that has not arrived.
struct retry_outlook {
    std::optional<timestamp> next; ///< at the latest; nullopt: the last try is over, only a person can resend
    timestamp last_from;           ///< from here on the last try may be over
    timestamp last;                ///< at the latest
    friend bool operator==(const retry_outlook&, const retry_outlook&) = default;
};

/// Of a webhook first tried at `first`, and not delivered by `now`.
[[nodiscard]] retry_outlook outlook(timestamp first, timestamp now);

/// What happens to the events of a time in which no webhook could be kept.
struct outage_outlook {
    timestamp tried_again_by; ///< by then each event that is not given up was tried again after the end
    timestamp last_from;      ///< from here on the last of them may have been tried for the last time
    timestamp last_try;       ///< by then it was
    /// Events before this may have had all their tries within the outage, and those before `given_up_before`
    /// had: only a person can send them again.
    std::optional<timestamp> in_doubt_before;
    std::optional<timestamp> given_up_before;
    friend bool operator==(const outage_outlook&, const outage_outlook&) = default;
};

[[nodiscard]] outage_outlook outlook_of_outage(timestamp began, timestamp ended);

} // namespace webhookd::event
