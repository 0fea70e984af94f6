#include "store/postgres/retention.hpp"

#include "store/event_row.hpp"
#include "store/postgres/delivery_writer.hpp"
#include "store/removal.hpp"

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {
namespace {

/// Whether deliveries still need the event `e`: one of its own waits, or one that has failed blocks others of
/// its ordering key.
constexpr const char* held_event =
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq AND (d.state = 0 OR (d.state = 2 AND d.blocks "
    "AND EXISTS (SELECT 1 FROM deliveries w WHERE w.handler = d.handler AND w.chain = d.chain AND "
    "w.state = 0))))";

constexpr statement read_bounds{"SELECT beyond, at FROM arrivals WHERE at <= $1::bigint ORDER BY beyond",
                                "read the bounds of arrivals"};

constexpr statement take_payloads{"DELETE FROM payloads WHERE seq = ANY($1::bigint[])", "purge bodies"};
constexpr statement take_attempts{
    "DELETE FROM attempts WHERE delivery IN (SELECT id FROM deliveries WHERE event = ANY($1::bigint[]))",
    "purge attempts"};
constexpr statement take_discards{
    "DELETE FROM discards WHERE delivery IN (SELECT id FROM deliveries WHERE event = ANY($1::bigint[]))",
    "purge discards"};
constexpr statement take_deliveries{"DELETE FROM deliveries WHERE event = ANY($1::bigint[])",
                                    "purge deliveries"};
constexpr statement take_events{
    "WITH gone AS (DELETE FROM events WHERE seq = ANY($1::bigint[]) RETURNING 1) "
    "UPDATE totals SET events = events - (SELECT count(*) FROM gone) WHERE id = 1",
    "purge events"};

constexpr statement clear_events{
    "UPDATE events SET metadata = NULL, user_id = NULL WHERE seq = ANY($1::bigint[])", "erase metadata"};
constexpr statement clear_attempts{
    "UPDATE attempts SET output = NULL WHERE output IS NOT NULL AND delivery IN "
    "(SELECT id FROM deliveries WHERE event = ANY($1::bigint[]))",
    "erase outputs"};
constexpr statement clear_discards{"UPDATE discards SET reason = '' WHERE delivery IN "
                                   "(SELECT id FROM deliveries WHERE event = ANY($1::bigint[]))",
                                   "erase why deliveries were discarded"};
constexpr statement keep_erasure{
    "INSERT INTO erasures AS x (transaction_id, endpoint, last_seq, at, by) "
    "SELECT transaction_id, endpoint, max(seq), $2::bigint, $3::text FROM events "
    "WHERE seq = ANY($1::bigint[]) AND transaction_id IS NOT NULL GROUP BY transaction_id, endpoint "
    "ON CONFLICT (transaction_id, endpoint) DO UPDATE SET last_seq = greatest(x.last_seq, "
    "excluded.last_seq), "
    "at = excluded.at, by = excluded.by",
    "keep what tells of an erasure"};
constexpr statement give_up{"UPDATE deliveries SET state = greatest(state, 2::smallint), due = NULL, blocks "
                            "= false, finished = coalesce(finished, $2::bigint), "
                            "reason = $3::text WHERE event = ANY($1::bigint[]) AND state <> 1 RETURNING id",
                            "give deliveries up"};

constexpr statement read_erasure{
    "SELECT x.at, x.by FROM events e JOIN erasures x ON x.transaction_id = e.transaction_id AND "
    "x.endpoint = e.endpoint AND e.seq <= x.last_seq WHERE e.seq = $1::bigint",
    "look for an erasure"};

constexpr statement count_held{
    "SELECT count(*), count(p.seq), coalesce(sum((SELECT count(*) FROM deliveries d WHERE d.event = e.seq "
    "AND "
    "d.state = 0)), 0)::bigint FROM events e LEFT JOIN payloads p ON p.seq = e.seq "
    "WHERE e.seq = ANY($1::bigint[])",
    "look at what events hold"};

// An erasure leaves the claims, so that it is known who still has what was erased. One whose lease is over is
// revoked: its holder, should it only have stood still, finds that out before it begins anything.
constexpr statement count_claims{R"sql(
WITH revoked AS (
    UPDATE deliveries SET token = NULL, holder = NULL, lease = NULL
    WHERE event = ANY($1::bigint[]) AND state <> 0 AND token IS NOT NULL AND lease <= now_us()
)
SELECT count(*) FROM deliveries WHERE event = ANY($1::bigint[]) AND token IS NOT NULL AND lease > now_us()
)sql",
                                 "look who has deliveries"};

struct weighed_event {
    event_weight weight;
    std::int64_t waiting = 0; ///< deliveries
};

const statement& weigh_statement() {
    static const std::string sql =
        "SELECT e.seq IS NOT NULL, " + std::string{held_event} +
        ", p.seq IS NOT NULL, octet_length(p.body), "
        "(SELECT sum(d.attempts) FROM deliveries d WHERE d.event = e.seq), "
        "(SELECT count(*) FROM deliveries d WHERE d.event = e.seq AND d.state = 0) "
        "FROM unnest($1::bigint[]) WITH ORDINALITY g (seq, n) LEFT JOIN events e ON e.seq = g.seq "
        "LEFT JOIN payloads p ON p.seq = e.seq ORDER BY g.n";
    static const statement weigh{sql.c_str(), "look at events to remove"};
    return weigh;
}

/// Begins a transaction, and tells of each event, in the order given, what its removal has to do.
result<std::vector<weighed_event>> begin_removal(connection& db, std::span<const event_offset> events) {
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&lock_totals});
    all.push_back({&weigh_statement(), parameters{integers(events)}});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    std::vector<weighed_event> weighed;
    std::unordered_set<event_offset> seen;
    for (const auto row : answers->back()) {
        auto& e = weighed.emplace_back();
        if (!seen.insert(events[weighed.size() - 1]).second) continue; // removed already, then
        e.weight = {row.integer(0) != 0, row.integer(1) != 0, row.integer(2) != 0, row.integer(3),
                    row.integer(4)};
        e.waiting = row.integer(5);
    }
    return weighed;
}

result<void> end_removal(connection& db, std::vector<command> all) {
    all.push_back({&commit_transaction});
    const auto done = db.run(std::move(all));
    if (!done) return done.error();
    return {};
}

} // namespace

// Scans in the order of arrival, which the instants of arrival follow closely, and ends at the first that is
// too young: no index over them is needed. Only events that still have a body are read for it.
result<purge_candidates> find_purgeable(connection& db, const purge_search& wanted) {
    static const std::string select = "SELECT e.seq, e.received, " + std::string{held_event} + " FROM ";
    static const std::string of_events =
        select + "events e WHERE e.seq > $1::bigint ORDER BY e.seq LIMIT $2::bigint";
    static const std::string of_payloads = select +
                                           "payloads p JOIN events e ON e.seq = p.seq "
                                           "WHERE p.seq > $1::bigint ORDER BY p.seq LIMIT $2::bigint";
    static const statement scan_events{of_events.c_str(), "look for what may be purged"};
    static const statement scan_payloads{of_payloads.c_str(), "look for what may be purged"};

    const auto found_bounds = db.run_one(read_bounds, parameters{microseconds(wanted.now)});
    if (!found_bounds) return found_bounds.error();
    std::vector<arrival_bound> bounds;
    for (const auto row : *found_bounds)
        bounds.push_back({row.integer(0), instant(row.integer(1))});
    purge_scan scan{wanted, std::move(bounds)};
    const auto found = db.run_one(wanted.scope == purge_scope::payload ? scan_payloads : scan_events,
                                  parameters{wanted.after, scan.limit()});
    if (!found) return found.error();
    for (const auto row : *found)
        if (!scan.inspect(row.integer(0), instant(row.integer(1)), row.integer(2) != 0)) break;
    return scan.take();
}

result<purge_outcome> purge_events(connection& db, std::span<const event_offset> events, purge_scope scope,
                                   std::size_t max_bytes) {
    const auto weighed = begin_removal(db, events);
    if (!weighed) return weighed.error();
    purge_outcome outcome;
    removal_budget budget{max_bytes};
    std::vector<event_offset> removed;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& e = weighed->at(i).weight;
        if (!budget.take(e, scope == purge_scope::event)) break;
        ++outcome.done;
        if (e.held) {
            ++outcome.held;
            continue;
        }
        if (!e.there || (scope == purge_scope::payload && !e.body)) continue;
        removed.push_back(events[i]);
        outcome.bytes += e.body_bytes;
    }
    outcome.purged = removed.size();
    std::vector<command> all;
    if (!removed.empty()) all.push_back({&take_payloads, parameters{integers(removed)}});
    if (!removed.empty() && scope == purge_scope::event)
        for (const auto* each : {&take_attempts, &take_discards, &take_deliveries, &take_events})
            all.push_back({each, parameters{integers(removed)}});
    if (auto done = end_removal(db, std::move(all)); !done) return done.error();
    return outcome;
}

result<erase_outcome> erase_events(connection& db, const session& self, std::span<const event_offset> events,
                                   const erasure& tombstone, std::string_view reason, std::size_t max_bytes) {
    const auto weighed = begin_removal(db, events);
    if (!weighed) return weighed.error();
    erase_outcome outcome;
    removal_budget budget{max_bytes};
    std::vector<event_offset> erased;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& e = weighed->at(i);
        if (!budget.take(e.weight, true)) break;
        ++outcome.done;
        if (!e.weight.there) continue;
        erased.push_back(events[i]);
        outcome.deliveries += static_cast<std::size_t>(e.waiting);
        outcome.bodies += e.weight.body ? 1 : 0;
    }
    const auto given_up =
        db.run_one(give_up, parameters{integers(erased), microseconds(tombstone.at), reason});
    if (!given_up) return given_up.error();
    std::vector<delivery_id> ids;
    for (const auto row : *given_up)
        ids.push_back(row.integer(0));
    std::vector<command> all;
    for (const auto* each : {&take_payloads, &clear_events, &clear_attempts, &clear_discards})
        all.push_back({each, parameters{integers(erased)}});
    all.push_back({&keep_erasure, parameters{integers(erased), microseconds(tombstone.at), tombstone.by}});
    settle(all, self, ids);
    all.push_back({&announce_erasure, parameters{self.id}});
    if (auto done = end_removal(db, std::move(all)); !done) return done.error();
    return outcome;
}

result<std::optional<erasure>> find_erasure(connection& db, event_offset offset) {
    const auto found = db.run_one(read_erasure, parameters{offset});
    if (!found) return found.error();
    if (found->empty()) return std::optional<erasure>{};
    return std::optional{erasure{instant(found->at(0).integer(0)), found->at(0).text(1)}};
}

result<payload_counts> count_payloads(connection& db, std::span<const event_offset> events) {
    const auto found = db.run_one(count_held, parameters{integers(events)});
    if (!found) return found.error();
    const auto row = found->at(0);
    return payload_counts{static_cast<std::size_t>(row.integer(0)), static_cast<std::size_t>(row.integer(1)),
                          static_cast<std::size_t>(row.integer(2))};
}

result<std::size_t> count_held_claims(connection& db, std::span<const event_offset> events) {
    const auto found = db.run_one(count_claims, parameters{integers(events)});
    if (!found) return found.error();
    return static_cast<std::size_t>(found->at(0).integer(0));
}

} // namespace webhookd::store::postgres
