#pragma once

#include <webhookd/event/timeline.hpp>
#include <webhookd/time.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How the events of one transaction came, and what comes next.
namespace webhookd::event {

/// What arrives within this time came as it should: Universign's second try comes a minute after the first.
inline constexpr std::chrono::seconds timely{45};

/// When an event happened and when it arrived.
struct arrival {
    timestamp at; ///< its arrival, where its creation is not known
    timestamp received;
};

/// How one came among the others.
struct arrival_mark {
    std::optional<std::chrono::microseconds> elapsed; ///< since the event before it; nullopt: the first
    std::optional<std::chrono::microseconds> late;    ///< from creation to arrival; nullopt: it was timely
    bool out_of_order = false;                        ///< it arrived after one that happened later
    friend bool operator==(const arrival_mark&, const arrival_mark&) = default;
};

/// For each event. They are in the order in which they happened.
[[nodiscard]] std::vector<arrival_mark> mark_arrivals(std::span<const arrival> events);

/// An event that the transaction is still to have.
struct expected_event {
    std::string_view type;
    std::string action;          ///< whose event it is; empty: the transaction's
    std::optional<timestamp> by; ///< its deadline, where that is known
    friend bool operator==(const expected_event&, const expected_event&) = default;
};

/// What comes next if all goes well: the start, of a transaction that was created or is paused; of one that
/// was started the closing of each action that is open, and the completion, by the end of its `duration`.
/// Nothing after its end, and nothing when that must have come by `now` (see missing_end).
[[nodiscard]] std::vector<expected_event> expect_next(std::span<const timeline_event> timeline,
                                                      std::optional<std::chrono::minutes> duration,
                                                      timestamp now);

} // namespace webhookd::event
