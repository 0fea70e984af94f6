#include "store/sqlite/purge_writer.hpp"

#include "store/sqlite/event_columns.hpp"
#include "store/sqlite/purge_reader.hpp"

#include <string>

namespace webhookd::store::sqlite {
result<purge_writer> purge_writer::open(connection& db) {
    // Purged data must be overwritten on disk, not only be out of reach. A purge then writes more pages; an
    // append, which deletes nothing, costs nearly the same.
    if (auto done = db.execute("PRAGMA secure_delete=ON", "set up a connection"); !done) return done.error();
    purge_writer w;
    const auto prepared = db.prepare_all({
        {w.weigh_,
         std::string("SELECT ") + held_event +
             ", p.seq IS NOT NULL, length(p.body), "
             "(SELECT sum(d.attempts) FROM deliveries d WHERE d.event = e.seq), e.at, e.endpoint, e.type "
             "FROM events e LEFT JOIN payloads p ON p.seq = e.seq WHERE e.seq = ?",
         "look at an event to purge"},
        {w.delete_payload_, "DELETE FROM payloads WHERE seq = ?", "purge a body"},
        // Its payload, deliveries and attempts go with it.
        {w.delete_event_, "DELETE FROM events WHERE seq = ?", "purge an event"},
        {w.count_down_, "UPDATE totals SET events = events - ? WHERE id = 1", "count events"},
        {w.clear_event_, "UPDATE events SET metadata = NULL, user_id = NULL WHERE seq = ?", "erase metadata"},
        {w.clear_attempts_,
         "UPDATE attempts SET output = NULL WHERE output IS NOT NULL AND delivery IN "
         "(SELECT id FROM deliveries WHERE event = ?)",
         "erase outputs"},
        {w.clear_discards_,
         "UPDATE discards SET reason = '' WHERE delivery IN (SELECT id FROM deliveries WHERE event = ?)",
         "erase why deliveries were discarded"},
        {w.insert_erasure_,
         "INSERT INTO erasures (endpoint, transaction_id, last_seq, at, by) "
         "SELECT endpoint, transaction_id, seq, ?2, ?3 FROM events "
         "WHERE seq = ?1 AND transaction_id IS NOT NULL "
         "ON CONFLICT (endpoint, transaction_id) DO UPDATE SET "
         "last_seq = max(last_seq, excluded.last_seq), at = excluded.at, by = excluded.by",
         "keep what tells of an erasure"},
    });
    if (!prepared) return prepared.error();
    return w;
}

result<purge_writer::counted_weight> purge_writer::weigh(event_offset offset) {
    const statement_reset guard{weigh_};
    auto row = weigh_.bind(offset).step();
    if (!row) return row.error();
    if (!*row) return counted_weight{};
    return counted_weight{
        {true, weigh_.integer(0) != 0, weigh_.integer(1) != 0, weigh_.integer(2), weigh_.integer(3)},
        weigh_.integer(4),
        weigh_.integer(5),
        weigh_.integer(6)};
}

result<purge_outcome> purge_writer::purge(event_counter& counter, std::span<const event_offset> events,
                                          purge_scope scope, std::size_t max_bytes) {
    purge_outcome outcome;
    removal_budget budget{max_bytes};
    for (const auto offset : events) {
        auto e = weigh(offset);
        if (!e) return e.error();
        if (!budget.take(*e, scope == purge_scope::event)) break;
        ++outcome.done;
        if (e->held) {
            ++outcome.held;
            continue;
        }
        if (!e->there || (scope == purge_scope::payload && !e->body)) continue;
        auto& removal = scope == purge_scope::event ? delete_event_ : delete_payload_;
        if (auto done = removal.bind(offset).run(); !done) return done.error();
        if (scope == purge_scope::event) counter.note(e->at, e->endpoint, e->type, -1);
        ++outcome.purged;
        outcome.bytes += e->body_bytes;
    }
    if (scope == purge_scope::event && outcome.purged > 0)
        if (auto done = count_down_.bind(static_cast<std::int64_t>(outcome.purged)).run(); !done)
            return done.error();
    if (auto done = counter.write(); !done) return done.error();
    return outcome;
}

result<erase_outcome> purge_writer::erase(delivery_writer& deliveries, std::span<const event_offset> events,
                                          const erasure& tombstone, std::string_view reason,
                                          std::size_t max_bytes) {
    erase_outcome outcome;
    removal_budget budget{max_bytes};
    for (const auto offset : events) {
        auto e = weigh(offset);
        if (!e) return e.error();
        if (!budget.take(*e, true)) break;
        ++outcome.done;
        if (!e->there) continue;
        auto waited = deliveries.give_up(offset, reason, tombstone.at);
        if (!waited) return waited.error();
        if (auto done = erase_one(offset, tombstone); !done) return done.error();
        outcome.deliveries += *waited;
        outcome.bodies += e->body ? 1 : 0;
    }
    return outcome;
}

result<void> purge_writer::erase_one(event_offset offset, const erasure& tombstone) {
    for (auto* each : {&delete_payload_, &clear_event_, &clear_attempts_, &clear_discards_})
        if (auto done = each->bind(offset).run(); !done) return done;
    return insert_erasure_.bind(offset, microseconds(tombstone.at), std::string_view{tombstone.by}).run();
}

} // namespace webhookd::store::sqlite
