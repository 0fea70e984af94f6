#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/time.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the events of one transaction prove about events that did not arrive (the order of their arrival
/// proves nothing), how they came, and what comes next.
namespace webhookd::event {

/// One event of a transaction, as far as its timeline needs it.
struct timeline_event {
    std::string id;
    std::string type;
    std::string object_id; ///< of an action's events the action
    timestamp at;          ///< when it happened
};

/// An event that must have been sent, and is not there.
struct gap {
    std::string_view missing; ///< its type
    std::size_t evidence = 0; ///< index of the earliest event that proves it
    std::string action;       ///< whose event it is; empty: the transaction's
    timestamp sent;           ///< when it was sent for the first time, at the latest
};

/// - a transaction that has started, paused or ended was created, and one that has paused or ended was
///   started;
/// - an action that was closed or stalled, or of which a participant was reminded, was opened.
/// Each missing event once. A transaction may be started again after a pause (A), so that a second start
/// proves nothing and none is missing after a pause; the state `closed`, between the last action and the
/// completion, has no event of its own.
[[nodiscard]] std::vector<gap> find_gaps(std::span<const timeline_event> timeline);

/// The event that started a transaction which has not ended and is not paused (a pause may stop its clock):
/// the last one, where it was started more than once, because its duration may count from there.
[[nodiscard]] std::optional<std::size_t> started_without_end(std::span<const timeline_event> timeline);

/// The missing end (completed, cancelled or expired) of such a transaction, once its duration is over.
[[nodiscard]] std::optional<gap> missing_end(std::span<const timeline_event> timeline, std::size_t started,
                                             std::chrono::minutes duration, timestamp now);

/// The types that can be evidence: only they need to be looked at.
[[nodiscard]] std::span<const std::string_view> evidence_types() noexcept;
/// These and those that can be missing: a timeline needs no others.
[[nodiscard]] std::span<const std::string_view> timeline_types() noexcept;

/// No workspace may let a transaction live longer after its start (D): what holds of one whose duration is
/// not known. The default is 14 days.
inline constexpr std::chrono::minutes longest_duration = std::chrono::days(180);

/// The dates that the body of a transaction's event has.
struct transaction_dates {
    std::optional<timestamp> created;
    /// `duration` is a number of minutes (D).
    std::optional<std::chrono::minutes> duration;
};
[[nodiscard]] transaction_dates read_dates(const document& body);

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
