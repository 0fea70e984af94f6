#include "store/sqlite/delivery_counts.hpp"

#include "store/sqlite/delivery_reader.hpp"
#include "store/sqlite/event_columns.hpp"

#include <cstdint>
#include <string>

namespace webhookd::store::sqlite {
namespace {

struct group_row {
    std::int64_t id = 0;
    failure_group group;
};

result<std::vector<group_row>> largest_groups(connection& db, std::string_view handler, std::size_t limit) {
    auto rows = db.prepare("SELECT f.id, h.name, f.cause, f.deliveries FROM failures f "
                           "JOIN handlers h ON h.id = f.handler WHERE ?1 IS NULL OR h.name = ?1 "
                           "ORDER BY f.deliveries DESC, f.id LIMIT ?2",
                           "list failures");
    if (!rows) return rows.error();
    rows->bind(unless_empty(handler), at_most(limit));
    std::vector<group_row> groups;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return groups;
        auto& added = groups.emplace_back();
        added.id = rows->integer(0);
        added.group.handler = rows->text(1);
        added.group.cause = rows->text(2);
        added.group.deliveries = rows->integer(3);
    }
}

/// The deliveries at both ends of the group. False when it went a moment ago.
result<bool> fill_in(connection& db, statement& first, statement& last, group_row& row) {
    {
        const statement_reset guard{first};
        auto found = first.bind(row.id).step();
        if (!found) return found.error();
        if (!*found) return false;
        row.group.first_finished = instant(first.integer(0));
    }
    const statement_reset guard{last};
    auto found = last.bind(row.id).step();
    if (!found) return found.error();
    if (!*found) return false;
    row.group.last_finished = instant(last.integer(0));
    auto sample = delivery_reader::list(db, {.id = last.integer(1)}, std::nullopt, 1);
    if (!sample) return sample.error();
    if (sample->empty()) return false;
    row.group.sample = std::move(sample->front());
    return true;
}

} // namespace

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

result<std::vector<failure_group>> read_failure_groups(connection& db, std::string_view handler,
                                                       std::size_t limit) {
    statement first, last;
    const auto prepared = db.prepare_all({
        {first,
         "SELECT finished FROM failed_deliveries WHERE failure = ? ORDER BY finished, delivery LIMIT 1",
         "look for a failed delivery"},
        {last,
         "SELECT finished, delivery FROM failed_deliveries WHERE failure = ? "
         "ORDER BY finished DESC, delivery DESC LIMIT 1",
         "look for a failed delivery"},
    });
    if (!prepared) return prepared.error();
    auto rows = largest_groups(db, handler, limit);
    if (!rows) return rows.error();
    std::vector<failure_group> groups;
    for (auto& each : *rows) {
        auto filled = fill_in(db, first, last, each);
        if (!filled) return filled.error();
        if (*filled) groups.push_back(std::move(each.group));
    }
    return groups;
}

} // namespace webhookd::store::sqlite
