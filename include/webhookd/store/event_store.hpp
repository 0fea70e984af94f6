#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/delivery.hpp>
#include <webhookd/store/event.hpp>
#include <webhookd/store/event_search.hpp>
#include <webhookd/store/outage.hpp>
#include <webhookd/store/purge.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

struct store_statistics {
    std::int64_t events = 0;
    std::int64_t bytes = 0;         ///< on disk, journals included
    std::int64_t journal_bytes = 0; ///< of these, the journal's
    bool journal_held = false;      ///< it is long, and a reader keeps it from being started anew
};

/// The port behind which every storage engine stands. Blocking, batch-shaped, and engine-neutral.
/// Threads: what changes the store (`append`, `plan`, `finish`, `fail_waiting`, `call_back`, `retry`,
/// `purge`, `erase`, `scrub`, `record_life`, `keep_clock`) comes from one writer thread; everything else may
/// come from any thread at any time, beside a running write, and never delays it. Durability: what a call
/// reported as done has reached the disk, and a crash or power loss does not take it back. Errors of all
/// calls: store_full, store_io, store_busy, store_corrupt; the store stays usable afterwards, and calls
/// succeed again once the cause is gone. Writes also: argument_invalid, for a value that the engine cannot
/// hold.
class event_store {
public:
    virtual ~event_store() = default;

    /// Keeps a batch and its planned deliveries in one transaction: all or, on an error, none. An event is
    /// known by endpoint and id together; one that is already kept (or stands twice in the batch) is a
    /// duplicate, costs no write, plans nothing and changes nothing. Outcomes stand in the order of the
    /// batch. Nobody can tell a write that failed late from one that did not happen: when the process dies
    /// soon after an error, the batch may turn up after all, whole; to its senders it is then a duplicate.
    virtual result<std::vector<append_outcome>> append(std::span<const new_event> batch) = 0;

    /// Events after `seq` in the order of arrival, at most `limit`; fewer when their bodies exceed
    /// `max_bytes` in sum (but at least one, if there is one).
    virtual result<std::vector<stored_event>>
    read_after(sequence seq, std::size_t limit, std::size_t max_bytes, extent of = extent::everything) = 0;

    /// Of the newest event that was kept; 0: none ever was. Costs nothing.
    [[nodiscard]] virtual sequence last_sequence() const noexcept = 0;

    /// One event with its body. Errors: store_not_found.
    virtual result<stored_event> find(std::string_view endpoint, std::string_view event_id) = 0;

    /// The key that verified the event, as a JWK; empty where signatures were disabled, or when the payload
    /// was purged since. Errors: store_not_found.
    virtual result<std::string> verification_key(sequence seq) = 0;

    // ---- questions

    /// At most `limit` events, in the order of `event_position`. Errors: query_timeout.
    virtual result<std::vector<stored_event>> search(const event_search& wanted) = 0;
    /// How many events there are of a kind. Errors: query_timeout.
    virtual result<std::int64_t> count(const event_filter& filter) = 0;
    /// In the order of their names.
    virtual result<std::vector<type_count>> event_types() = 0;
    /// The sum over all completed transactions of the window, each counted once.
    virtual result<event::consumption> consumed(const consumption_window& window) = 0;

    // ---- deliveries: planned → claimed → finished

    /// Claims what is due for a handler. Within a sequence only the earliest is ever due. A claim costs no
    /// write where one process holds the store alone.
    virtual result<claim_answer> claim(const claim_request& request) = 0;
    /// Gives claims back unfinished: they count as not tried.
    virtual void release(std::span<const delivery_id> claims) = 0;
    /// Records attempts in one transaction and ends their claims; ones that are not there any more are passed
    /// over. On an error the claims stay.
    virtual result<void> finish(std::span<const finished_delivery> batch) = 0;

    /// Plans deliveries of events that are kept, in one transaction: a replay. They come after all that wait
    /// in their sequences, in the order of the plans. Events that are not there any more, or whose body was
    /// purged, are passed over.
    virtual result<std::vector<delivery_id>> plan(std::span<const event_plan> plans, timestamp now) = 0;
    /// Makes failed deliveries that the filter names pending again, at most `limit`, oldest first, each with
    /// its attempts so far forgiven; those whose event's body was purged stay failed. Within a sequence they
    /// come before all later ones that do not run at this moment. One that is named by its id, and waits for
    /// its next attempt, becomes due. Answers how many.
    virtual result<std::size_t> retry(const delivery_filter& filter, timestamp now, std::size_t limit) = 0;
    /// Lets pending deliveries of a handler become due that wait longer than they can have been told to:
    /// never tried and due seconds after `now`, or due later than `now + most`. That comes of a clock that
    /// ran ahead when they were planned or tried, and was put right since. At most `limit`; answers how many.
    virtual result<std::size_t> call_back(std::string_view handler, timestamp now,
                                          std::chrono::milliseconds most, std::size_t limit) = 0;
    /// Fails pending deliveries of a handler that is no more, at most `limit`. Answers how many.
    virtual result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason, timestamp now,
                                             std::size_t limit) = 0;

    /// Newest first; those before `before`, where given.
    virtual result<std::vector<delivery_record>>
    deliveries(const delivery_filter& filter, std::optional<delivery_id> before, std::size_t limit) = 0;
    /// Oldest first. Empty also for a delivery that is not there.
    virtual result<std::vector<attempt>> attempts(delivery_id id) = 0;
    /// Handlers that ever had a delivery, with how many wait for each. Counted from an index: the cost grows
    /// with what waits.
    virtual result<std::map<std::string, std::int64_t>> waiting_by_handler() = 0;
    /// Counted from indexes: the cost grows with what waits and what has failed. Not for every moment.
    virtual result<store::backlog> backlog() = 0;
    /// How many wait in all. Costs nothing.
    [[nodiscard]] virtual std::int64_t pending() const noexcept = 0;

    // ---- what goes

    /// Events whose age lets them go: those with deliveries that wait, or with one that holds up others that
    /// wait, are passed over.
    virtual result<purge_candidates> purgeable(const purge_search& wanted) = 0;
    /// Purges events in one transaction, from the front, at least one; ends early when some `max_bytes` have
    /// gone. What deliveries wait for is left as it is, whatever `purgeable` said before. What was counted
    /// when events arrived (`event_types`, `consumed`) stays. An event that was purged whole and is sent
    /// again is new.
    virtual result<purge_outcome> purge(std::span<const sequence> events, purge_scope scope,
                                        std::size_t max_bytes) = 0;
    /// Erases what may be personal of events, in one transaction, from the front, at least one, until some
    /// `max_bytes` have gone: body and proof, metadata, the user, the outputs of attempts. Deliveries that
    /// wait fail for `reason`. The rest of the envelope stays, and for the events of a transaction
    /// `tombstone`.
    virtual result<erase_outcome> erase(std::span<const sequence> events, const erasure& tombstone,
                                        std::string_view reason, std::size_t max_bytes) = 0;
    /// Sees to it that nothing of what was purged or erased so far stands in the engine's files any more, as
    /// far as it can. Errors also: store_busy while somebody reads; soon after it may succeed.
    virtual result<remnants> scrub() = 0;
    /// When and by whom an event was erased; nothing: it was not.
    virtual result<std::optional<erasure>> erasure_of(sequence seq) = 0;
    virtual result<holdings> holdings_of(std::span<const sequence> events) = 0;

    // ---- the daemon's own life

    /// Keeps a sign of life and what was refused, in one transaction. The first one of a run keeps beside it
    /// the outage between the last sign of the run before, or its end, and this one.
    virtual result<void> record_life(const life_sign& sign) = 0;
    /// Newest end first, at most `limit`.
    virtual result<std::vector<outage>> outages(const outage_search& wanted) = 0;

    /// What was believed of the clock when it was kept last, or, where it never was, what the last sign of
    /// life tells; nothing: there is none.
    virtual result<std::optional<clock_state>> known_clock() = 0;
    /// Keeps what is believed of the clock now, and, where given, a bound for arrivals.
    virtual result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound) = 0;

    virtual result<store_statistics> statistics() = 0;

    /// Whether the engine's files still are those at their paths. A few system calls; any thread. Errors:
    /// store_io, with `displaced_words`.
    virtual result<void> in_place() = 0;

    /// Proves that the disk takes writes (used after an append failed, and for readiness). Any thread. Fails
    /// too while the engine can keep events but falls behind in its housekeeping because of the disk, and
    /// while its files are not in their places; what it can put in place again by itself it does.
    virtual result<void> probe() = 0;
};

} // namespace webhookd::store
