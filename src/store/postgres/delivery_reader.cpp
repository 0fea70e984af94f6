#include "store/postgres/delivery_reader.hpp"

#include "store/event_row.hpp"
#include "store/postgres/delivery_filter.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::store::postgres {
namespace {

constexpr statement read_attempts{"SELECT started, duration, status, reason, output FROM attempts "
                                  "WHERE delivery = $1::bigint ORDER BY number",
                                  "read attempts"};

constexpr statement count_by_handler{
    "SELECT name, (SELECT count(*) FROM deliveries d WHERE d.state = 0 AND d.handler = h.name) "
    "FROM handlers h",
    "count what waits"};

// Ids grow as deliveries are planned, and an index has them all: only the first of each handler is read.
constexpr statement read_waiting{
    "SELECT w.handler, w.deliveries, (SELECT since FROM deliveries WHERE id = w.first) FROM (SELECT handler, "
    "count(*) AS deliveries, min(id) AS first FROM deliveries WHERE state = 0 GROUP BY handler) w",
    "count the backlog"};

constexpr statement count_failed{"SELECT count(*) FROM deliveries WHERE state = 2", "count what failed"};

} // namespace

result<std::vector<delivery_record>> list_deliveries(connection& db, const delivery_filter& filter,
                                                     std::optional<delivery_id> before, std::size_t limit) {
    delivery_condition where{filter, before};
    const auto most = where.add(static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX)));
    const auto sql = "SELECT d.id, d.event, e.endpoint, e.event_id, e.type, d.handler, d.state, d.attempts, "
                     "d.planned, d.due, d.finished, d.reason FROM deliveries d JOIN events e ON e.seq = d.event" +
                     where.sql + " ORDER BY d.id DESC LIMIT " + most;
    const statement dynamic{sql.c_str(), "list deliveries", false};
    const auto found = db.run_one(dynamic, std::move(where.given));
    if (!found) return found.error();
    std::vector<delivery_record> records;
    for (const auto row : *found)
        records.push_back(read_record(row));
    return records;
}

result<std::vector<attempt>> list_attempts(connection& db, delivery_id id) {
    const auto found = db.run_one(read_attempts, parameters{id});
    if (!found) return found.error();
    std::vector<attempt> all;
    for (const auto row : *found)
        all.push_back(read_attempt(row));
    return all;
}

result<std::map<std::string, std::int64_t>> count_waiting(connection& db) {
    const auto found = db.run_one(count_by_handler);
    if (!found) return found.error();
    std::map<std::string, std::int64_t> waiting;
    for (const auto row : *found)
        waiting.emplace(row.text(0), row.integer(1));
    return waiting;
}

result<backlog> read_backlog(connection& db) {
    std::vector<command> both;
    both.push_back({&read_waiting});
    both.push_back({&count_failed});
    const auto answers = db.run(std::move(both));
    if (!answers) return answers.error();
    backlog found;
    for (const auto row : answers->at(0))
        found.by_handler.emplace(row.text(0), backlog::waiting{row.integer(1), instant(row.integer(2))});
    found.failed = answers->at(1).at(0).integer(0);
    return found;
}

} // namespace webhookd::store::postgres
