#include "store/sqlite/backlog.hpp"

#include "store/sqlite/event_columns.hpp"

namespace webhookd::store::sqlite {

result<backlog> read_backlog(connection& db) {
    backlog found;
    // Ids grow as deliveries are planned, and an index has them all: only the first of each handler is read.
    auto waiting =
        db.prepare("SELECT h.name, w.deliveries, (SELECT since FROM deliveries WHERE id = w.first) "
                   "FROM (SELECT handler, count(*) AS deliveries, min(id) AS first FROM deliveries "
                   "WHERE state = 0 GROUP BY handler) w JOIN handlers h ON h.id = w.handler",
                   "count the backlog");
    if (!waiting) return waiting.error();
    for (;;) {
        auto row = waiting->step();
        if (!row) return row.error();
        if (!*row) break;
        found.by_handler.emplace(waiting->text(0),
                                 backlog::waiting{waiting->integer(1), instant(waiting->integer(2))});
    }
    auto failed = db.integer("SELECT count(*) FROM deliveries WHERE state = 2", "count what failed");
    if (!failed) return failed.error();
    found.failed = *failed;
    return found;
}

} // namespace webhookd::store::sqlite
