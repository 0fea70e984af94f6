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

/// What the events of one transaction prove about events that did not arrive. The order of their arrival
/// proves nothing.
namespace webhookd::event {

/// One event of a transaction, as far as its story needs it.
struct chapter {
    std::string id;
    std::string type;
    std::string object_id; ///< of an action's events the action
    timestamp at;          ///< when it happened
};

/// An event that must have been sent, and is not there.
struct gap {
    std::string_view missing; ///< its type
    std::size_t evidence = 0; ///< index of the chapter that proves it, the earliest that does
    std::string action;       ///< whose event it is; empty: the transaction's
    timestamp sent;           ///< when it was sent for the first time, at the latest
};

/// - a transaction that has started, paused or ended was created, and one that has paused or ended was
///   started;
/// - an action that was closed or stalled, or of which somebody was reminded, was opened.
/// Each missing event once.
[[nodiscard]] std::vector<gap> find_gaps(std::span<const chapter> story);

/// The chapter that started a transaction which has not ended, and was never paused (that may stop its
/// clock).
[[nodiscard]] std::optional<std::size_t> started_without_end(std::span<const chapter> story);

/// That such a transaction's end is missing once its duration is over, be it completed, cancelled or expired.
[[nodiscard]] std::optional<gap> missing_end(std::span<const chapter> story, std::size_t started,
                                             std::chrono::minutes duration, timestamp now);

/// The types that can be evidence: only they need to be looked at.
[[nodiscard]] std::span<const std::string_view> evidence_types() noexcept;
/// These and those that can be missing: a story needs no others.
[[nodiscard]] std::span<const std::string_view> story_types() noexcept;

/// What the body of a transaction's event tells of its life.
struct transaction_dates {
    std::optional<timestamp> created;
    /// `duration` is a number of minutes, as Universign's default of 14 days (20160) shows (A).
    std::optional<std::chrono::minutes> duration;
};
[[nodiscard]] transaction_dates read_dates(const document& body);

} // namespace webhookd::event
