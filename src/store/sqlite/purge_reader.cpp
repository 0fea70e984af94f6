#include "store/sqlite/purge_reader.hpp"

#include "store/sqlite/event_columns.hpp"

#include <algorithm>
#include <string>
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
    const auto limit = static_cast<std::int64_t>(std::clamp<std::size_t>(wanted.limit, 1, INT32_MAX));
    rows->bind(wanted.after, limit);
    const auto before = microseconds(wanted.before);
    const auto now = microseconds(wanted.now);
    const auto bounds = find_bounds(db, now);
    if (!bounds) return bounds.error();
    auto bound = bounds->begin();
    purge_candidates found;
    // Offsets grow with time: an instant smaller than the one before it means that the clock was behind.
    auto arrived = microseconds(wanted.arrived);
    event_offset last = wanted.after;
    std::int64_t looked_at = 0;
    for (;; ++looked_at) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        last = rows->integer(0);
        for (; bound != bounds->end() && bound->beyond < last; ++bound)
            arrived = std::max(arrived, microseconds(bound->at));
        const auto received = rows->integer(1);
        const bool held = rows->integer(2) != 0;
        if (received > now) continue;
        arrived = std::max(arrived, received);
        if (arrived >= before) return found;
        if (!held) found.events.push_back(last);
    }
    if (looked_at == limit) found.next = last;
    found.arrived = instant(arrived);
    return found;
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
