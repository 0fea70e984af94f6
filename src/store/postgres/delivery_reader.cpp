#include "store/postgres/delivery_reader.hpp"

#include "store/event_row.hpp"
#include "store/postgres/bounded.hpp"
#include "store/postgres/delivery_filter.hpp"

#include <utility>

namespace webhookd::store::postgres {
namespace {

constexpr statement read_attempts{"SELECT started, duration, status, reason, output FROM attempts "
                                  "WHERE delivery = $1::bigint ORDER BY number",
                                  "read attempts"};

constexpr statement read_discards{
    "SELECT at, by, reason FROM discards WHERE delivery = $1::bigint ORDER BY number",
    "read why a delivery was discarded"};

constexpr statement count_by_state{
    "SELECT count(*) FILTER (WHERE d.state = 0), count(*) FILTER (WHERE d.state = 1), "
    "count(*) FILTER (WHERE d.state = 2), count(*) FILTER (WHERE d.state = 3) "
    "FROM unnest($1::bigint[]) WITH ORDINALITY g (seq, n) LEFT JOIN deliveries d ON d.event = g.seq "
    "GROUP BY g.n ORDER BY g.n",
    "count an event's deliveries"};

// After the columns of a record: how many, and when the first and the last have failed. The last one's id
// comes along with its time, so that the failed deliveries are read once.
constexpr statement read_groups{R"sql(
SELECT d.id, d.event, e.endpoint, e.event_id, e.type, d.handler, d.state, d.attempts, d.planned, d.due,
       d.finished, d.reason, g.deliveries, g.first, g.last[1]
FROM (SELECT handler, coalesce(reason, '') AS cause, count(*) AS deliveries,
             min(coalesce(finished, planned)) AS first, max(ARRAY[coalesce(finished, planned), id]) AS last
      FROM deliveries WHERE state = 2 AND ($1::text IS NULL OR handler = $1::text)
      GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT $2::bigint) g
JOIN deliveries d ON d.id = g.last[2]
JOIN events e ON e.seq = d.event ORDER BY g.deliveries DESC, g.handler, g.cause
)sql",
                                "list failures"};

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
    const auto most = where.add(at_most(limit));
    const auto sql =
        "SELECT d.id, d.event, e.endpoint, e.event_id, e.type, d.handler, d.state, d.attempts, "
        "d.planned, d.due, d.finished, d.reason FROM deliveries d JOIN events e ON e.seq = d.event" +
        where.sql + " ORDER BY d.id DESC LIMIT " + most;
    const statement dynamic{sql.c_str(), "list deliveries", false};
    const auto found = run_bounded(db, dynamic, std::move(where.given), longest_list);
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

result<std::vector<discard_record>> list_discards(connection& db, delivery_id id) {
    const auto found = db.run_one(read_discards, parameters{id});
    if (!found) return found.error();
    std::vector<discard_record> all;
    for (const auto row : *found)
        all.push_back({instant(row.integer(0)), row.text(1), row.text(2)});
    return all;
}

result<std::vector<delivery_counts>> count_by_event(connection& db, std::span<const event_offset> events) {
    const auto found = db.run_one(count_by_state, parameters{integers(events)});
    if (!found) return found.error();
    std::vector<delivery_counts> all;
    for (const auto row : *found)
        all.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3)});
    return all;
}

result<std::vector<failure_group>> read_failure_groups(connection& db, std::string_view handler,
                                                       std::size_t limit) {
    const auto found = db.run_one(read_groups, parameters{unless_empty(handler), at_most(limit)});
    if (!found) return found.error();
    std::vector<failure_group> groups;
    for (const auto row : *found) {
        auto sample = read_record(row);
        groups.push_back({sample.handler,
                          sample.reason,
                          row.integer(12),
                          instant(row.integer(13)),
                          instant(row.integer(14)),
                          {}});
        groups.back().sample = std::move(sample);
    }
    return groups;
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
