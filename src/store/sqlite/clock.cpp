#include "store/sqlite/clock.hpp"

#include "store/sqlite/event_columns.hpp"

namespace webhookd::store::sqlite {

result<std::optional<clock_state>> find_known_clock(connection& db) {
    auto rows = db.prepare("SELECT believed, ahead, held FROM clock WHERE id = 1", "read what the clock was");
    if (!rows) return rows.error();
    auto row = rows->step();
    if (!row) return row.error();
    if (*row)
        return std::optional{clock_state{instant(rows->integer(0)),
                                         std::chrono::microseconds(rows->integer(1)),
                                         std::chrono::microseconds(rows->integer(2))}};
    auto life = db.prepare("SELECT seen FROM life WHERE id = 1", "read the last sign of life");
    if (!life) return life.error();
    auto seen = life->step();
    if (!seen) return seen.error();
    if (!*seen) return std::optional<clock_state>{};
    return std::optional{clock_state{instant(life->integer(0)), {}, {}}};
}

result<void> keep_clock(connection& db, const clock_state& state, const std::optional<arrival_bound>& bound) {
    auto update =
        db.prepare("INSERT INTO clock (id, believed, ahead, held) VALUES (1, ?, ?, ?) ON CONFLICT (id) "
                   "DO UPDATE SET believed = excluded.believed, ahead = excluded.ahead, "
                   "held = excluded.held",
                   "keep what the clock is");
    if (!update) return update.error();
    if (auto done = update
                        ->bind(microseconds(state.believed), std::int64_t{state.offset.count()},
                               std::int64_t{state.held.count()})
                        .run();
        !done)
        return done;
    if (state.offset == std::chrono::microseconds{0}) {
        // Of leaps that were none: now that the clock is sure, no arrival lies ahead of it.
        auto forget = db.prepare("DELETE FROM arrivals WHERE at > ?", "forget bounds of arrivals");
        if (!forget) return forget.error();
        if (auto done = forget->bind(microseconds(state.believed)).run(); !done) return done;
    }
    if (!bound) return {};
    auto insert =
        db.prepare("INSERT INTO arrivals (beyond, at) VALUES (?, ?) ON CONFLICT (beyond) DO UPDATE SET "
                   "at = max(at, excluded.at)",
                   "keep a bound for arrivals");
    if (!insert) return insert.error();
    return insert->bind(bound->beyond, microseconds(bound->at)).run();
}

} // namespace webhookd::store::sqlite
