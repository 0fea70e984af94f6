#pragma once

#include <webhookd/store/event.hpp>
#include <webhookd/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is removed from the store: by age (a purge), or on request (an erasure).
namespace webhookd::store {

/// How much of an event is removed.
enum class purge_scope {
    payload, ///< body, signature and the link to its key; the envelope, deliveries and attempts stay
    event,   ///< all of it, with its deliveries and attempts
};

/// What is removed in one transaction, between batches of new events: an acknowledgement may have to wait a
/// few milliseconds for it (of 64 events, in a large store, up to 25).
inline constexpr std::size_t purged_at_once = 16;
inline constexpr std::size_t purged_bytes_at_once = 512 * 1024; ///< of bodies and attempts

/// Events beyond this one arrived at this instant or later, whatever the clock said when they did.
struct arrival_bound {
    event_offset beyond = 0;
    timestamp at;
    friend bool operator==(const arrival_bound&, const arrival_bound&) = default;
};

/// Which events may be purged because of their age. An event did not arrive before those with smaller
/// offsets, nor before a bound that holds for it: where its own instant says so, the clock was wrong.
struct purge_search {
    purge_scope scope = purge_scope::payload;
    timestamp before; ///< arrived before this
    timestamp now;    ///< an arrival later than this means that the clock was wrong, and is skipped
    event_offset after = 0;
    timestamp arrived = {};  ///< the latest arrival of those before `after`; as the last search answered
    std::size_t limit = 256; ///< of events looked at
};

struct purge_candidates {
    std::vector<event_offset> events; ///< in the order of arrival
    std::optional<event_offset> next; ///< `after` of the next search; nullopt: there are no more
    timestamp arrived = {};           ///< `arrived` of the next search
};

struct purge_outcome {
    std::size_t done = 0;   ///< how many, from the front of those given, were processed
    std::size_t purged = 0; ///< of these, were purged now; the others were held, or purged already
    std::size_t held = 0;   ///< of these, are needed for deliveries that wait
    std::int64_t bytes = 0; ///< of purged bodies
};

/// The record of an erasure of a transaction's personal data.
struct erasure {
    timestamp at;
    std::string by; ///< the name of the token
    friend bool operator==(const erasure&, const erasure&) = default;
};

struct erase_outcome {
    std::size_t done = 0;       ///< how many, from the front of those given, were processed
    std::size_t bodies = 0;     ///< that went
    std::size_t deliveries = 0; ///< that waited, and have failed now
};

/// What is left, in the engine's files, of what was purged or erased.
enum class remnants {
    none,
    possible ///< copies in pages that the engine does not clean; only rewriting the whole database removes
             ///< them
};

/// What some events have.
struct payload_counts {
    std::size_t events = 0; ///< those that are there
    std::size_t bodies = 0;
    std::size_t waiting = 0; ///< deliveries
};

} // namespace webhookd::store
