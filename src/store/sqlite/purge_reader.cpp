#include "store/sqlite/purge_reader.hpp"

#include "store/removal.hpp"
#include "store/sqlite/event_columns.hpp"

#include <string>
#include <utility>
#include <vector>

namespace webhookd::store::sqlite {

namespace {

/// The bounds that are believed, in the order of their offsets.
result<std::vector<arrival_bound>> find_bounds(connection& db, std::int64_t now) {
    auto rows = db.prepare("SELECT beyond, at FROM arrivals WHERE at <= ? ORDER BY beyond",
                           "read the bounds of arrivals");
    if (!rows) return rows.error();
    rows->bind(now);
    std::vector<arrival_bound> found;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return found;
        found.push_back({rows->integer(0), instant(rows->integer(1))});
    }
}

} // namespace

result<purge_candidates> find_purgeable(connection& db, const purge_search& wanted) {
    // Only events that still have a body are read for it: those purged before cost nothing.
    const std::string from = wanted.scope == purge_scope::payload
                                 ? "FROM payloads p CROSS JOIN events e ON e.seq = p.seq WHERE p.seq > ? "
                                   "ORDER BY p.seq"
                                 : "FROM events e WHERE e.seq > ? ORDER BY e.seq";
    auto rows =
        db.prepare(("SELECT e.seq, e.received, " + std::string(held_event) + ' ' + from + " LIMIT ?").c_str(),
                   "look for what may be purged");
    if (!rows) return rows.error();
    auto bounds = find_bounds(db, microseconds(wanted.now));
    if (!bounds) return bounds.error();
    purge_scan scan{wanted, std::move(*bounds)};
    rows->bind(wanted.after, scan.limit());
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return scan.take();
        if (!scan.inspect(rows->integer(0), instant(rows->integer(1)), rows->integer(2) != 0))
            return scan.take();
    }
}

result<std::optional<erasure>> find_erasure(connection& db, event_offset offset) {
    auto query = db.prepare("SELECT x.at, x.by FROM events e JOIN erasures x ON x.endpoint = e.endpoint AND "
                            "x.transaction_id = e.transaction_id AND e.seq <= x.last_seq WHERE e.seq = ?",
                            "look for an erasure");
    if (!query) return query.error();
    auto row = query->bind(offset).step();
    if (!row) return row.error();
    if (!*row) return std::optional<erasure>{};
    return std::optional{erasure{instant(query->integer(0)), std::string{query->text(1)}}};
}

result<std::vector<delivery_id>> deliveries_of(connection& db, std::span<const event_offset> events) {
    auto query = db.prepare("SELECT id FROM deliveries WHERE event = ?", "look for deliveries of events");
    if (!query) return query.error();
    std::vector<delivery_id> all;
    for (const auto offset : events) {
        const statement_reset guard{*query};
        query->bind(offset);
        for (;;) {
            auto row = query->step();
            if (!row) return row.error();
            if (!*row) break;
            all.push_back(query->integer(0));
        }
    }
    return all;
}

result<payload_counts> weigh(connection& db, std::span<const event_offset> events) {
    auto query = db.prepare("SELECT EXISTS (SELECT 1 FROM payloads p WHERE p.seq = e.seq), "
                            "(SELECT count(*) FROM deliveries d WHERE d.event = e.seq AND d.state = 0) "
                            "FROM events e WHERE e.seq = ?",
                            "look at what events hold");
    if (!query) return query.error();
    payload_counts all;
    for (const auto offset : events) {
        const statement_reset guard{*query};
        auto row = query->bind(offset).step();
        if (!row) return row.error();
        if (!*row) continue;
        ++all.events;
        all.bodies += static_cast<std::size_t>(query->integer(0));
        all.waiting += static_cast<std::size_t>(query->integer(1));
    }
    return all;
}

} // namespace webhookd::store::sqlite
