#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/event.hpp>
#include <webhookd/store/purge.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace webhookd::store {

/// The port that removes data: by its age, or on request.
/// Blocking. `purge`, `erase`, `scrub` and `keep_clock` come from the writer's thread; everything else from
/// any. Durability and errors as event_log has them.
class retention {
public:
    /// Events that are old enough to be purged: those with waiting deliveries, or with one that blocks others
    /// that wait, are skipped.
    virtual result<purge_candidates> purgeable(const purge_search& wanted) = 0;
    /// Purges events in one transaction, from the front, at least one; ends early when some `max_bytes` have
    /// gone. What deliveries wait for is left as it is, whatever `purgeable` said before. What was counted
    /// when events arrived (`event_types`, `consumed`) stays. An event that was purged whole and is sent
    /// again is new.
    virtual result<purge_outcome> purge(std::span<const event_offset> events, purge_scope scope,
                                        std::size_t max_bytes) = 0;
    /// Erases what may be personal of events, in one transaction, from the front, at least one, until some
    /// `max_bytes` have gone: body and proof, metadata, the user, the outputs of attempts. Deliveries that
    /// wait fail for `reason`. The rest of the envelope stays, and for the events of a transaction
    /// `tombstone`.
    virtual result<erase_outcome> erase(std::span<const event_offset> events, const erasure& tombstone,
                                        std::string_view reason, std::size_t max_bytes) = 0;
    /// How many claims of these events' deliveries hold, of whichever instance: what was claimed before an
    /// erasure is in its holder's memory, until it was released or finished. One whose lease is over because
    /// its holder is gone does not hold, and is revoked where the event was erased.
    virtual result<std::size_t> held_claims_of(std::span<const event_offset> events) = 0;
    /// Removes all remains of purged or erased data from the engine's files, as far as possible. Errors also:
    /// store_busy while somebody reads; soon after it may succeed.
    virtual result<remnants> scrub() = 0;
    virtual result<payload_counts> payload_counts_of(std::span<const event_offset> events) = 0;

    /// What was believed of the clock when it was kept last, or, where it never was, what the last heartbeat
    /// tells; nullopt: there is none.
    virtual result<std::optional<clock_state>> known_clock() = 0;
    /// Keeps what is believed of the clock now, and, where given, a bound for arrivals.
    virtual result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound) = 0;

protected:
    ~retention() = default;
};

} // namespace webhookd::store
