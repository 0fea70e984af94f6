#include "store/sqlite/delivery_query.hpp"

#include "store/sqlite/event_columns.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace webhookd::store::sqlite {
namespace {

// Every parameter has a fixed number, whether its condition is in the SQL or not.
constexpr const char* by_id = " AND d.id = ?1";
constexpr const char* by_handler = " AND d.handler = (SELECT id FROM handlers WHERE name = ?2)";
// An id alone would not use the index over endpoint and id.
constexpr const char* by_event =
    " AND d.event IN (SELECT seq FROM events WHERE endpoint IN (SELECT id FROM endpoints) AND event_id = ?3)";
constexpr const char* by_position = " AND d.id < ?4";
constexpr const char* after_instant = " AND d.planned > ?6";
constexpr const char* before_instant = " AND d.planned < ?7";
constexpr const char* by_cause = " AND ifnull(d.reason, '') = ?5 AND d.state = 2";
constexpr const char* by_failures_of = " AND f.handler = (SELECT id FROM handlers WHERE name = ?2)";
constexpr const char* by_failures_for = " AND f.cause = ?5";

/// A literal, because a partial index is used only where its own condition is in the SQL.
const char* by_state(delivery_state s) {
    switch (s) {
    case delivery_state::pending:
        return " AND d.state = 0";
    case delivery_state::successful:
        return " AND d.state = 1";
    case delivery_state::failed:
        return " AND d.state = 2";
    case delivery_state::discarded:
        return " AND d.state = 3";
    }
    return "";
}

/// The first id of those that were planned later than an instant, or the one after the last: a binary search.
std::string first_planned_after(std::string_view instant) {
    return fmt::format("(WITH RECURSIVE s(low, high) AS (SELECT (SELECT min(id) FROM deliveries), "
                       "(SELECT max(id) FROM deliveries) + 1 UNION ALL "
                       "SELECT iif(p.planned > {0}, s.low, p.id + 1), "
                       "iif(p.planned > {0}, (s.low + s.high) / 2, s.high) "
                       "FROM s CROSS JOIN deliveries p ON p.id = "
                       "(SELECT id FROM deliveries WHERE id >= (s.low + s.high) / 2 ORDER BY id LIMIT 1) "
                       "WHERE s.low < s.high) SELECT low FROM s WHERE low >= high)",
                       instant);
}

/// The ids between which the period is, widened by what clocks may have been wrong.
std::string by_planned_order(const delivery_filter& filter) {
    const auto tolerance = std::chrono::microseconds{planned_tolerance}.count();
    std::string sql;
    if (filter.after) sql += " AND d.id >= " + first_planned_after(fmt::format("?6 - {}", tolerance));
    if (filter.before) sql += " AND d.id < " + first_planned_after(fmt::format("?7 + {}", tolerance));
    return sql;
}

} // namespace

delivery_query::delivery_query(std::string selection, const delivery_filter& filter,
                               std::optional<delivery_id> before, found_by how)
    : sql_(std::move(selection) + " WHERE true")
    , filter_(filter)
    , before_(before) {
    if (filter.id) sql_ += by_id;
    if (filter.state) sql_ += by_state(*filter.state);
    if (!filter.handler.empty()) sql_ += how == found_by::failures ? by_failures_of : by_handler;
    if (!filter.event_id.empty()) sql_ += by_event;
    if (before) sql_ += by_position;
    if (filter.cause) sql_ += how == found_by::failures ? by_failures_for : by_cause;
    if (filter.after) sql_ += after_instant;
    if (filter.before) sql_ += before_instant;
    if (how == found_by::deliveries) sql_ += by_planned_order(filter);
}

delivery_query::delivery_query(std::string selection, const delivery_filter& filter,
                               std::optional<delivery_id> before)
    : delivery_query(std::move(selection), filter, before, found_by::deliveries) {}

delivery_query delivery_query::of_failures(const std::string& columns, const delivery_filter& filter) {
    return {"SELECT " + columns +
                " FROM failures f CROSS JOIN failed_deliveries x ON x.failure = f.id "
                "CROSS JOIN deliveries d ON d.id = x.delivery",
            filter, std::nullopt, found_by::failures};
}

result<void> delivery_query::read(connection& db, const std::string& rest, const char* what,
                                  std::size_t limit,
                                  const std::function<void(const statement&)>& each) const {
    auto rows = db.prepare((sql_ + rest + "?8").c_str(), what);
    if (!rows) return rows.error();
    bind(*rows, at_most(limit));
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return {};
        each(*rows);
    }
}

result<std::vector<delivery_id>> delivery_query::read_ids(connection& db, const std::string& rest,
                                                          const char* what, std::size_t limit) const {
    std::vector<delivery_id> ids;
    const auto add = [&ids](const statement& row) { ids.push_back(row.integer(0)); };
    if (auto done = read(db, rest, what, limit, add); !done) return done.error();
    return ids;
}

void delivery_query::bind(statement& s, std::int64_t limit) const {
    std::optional<std::string_view> cause;
    if (filter_.cause) cause = *filter_.cause;
    std::optional<std::int64_t> after, before;
    if (filter_.after) after = microseconds(*filter_.after);
    if (filter_.before) before = microseconds(*filter_.before);
    s.bind(filter_.id, unless_empty(filter_.handler), unless_empty(filter_.event_id), before_, cause, after,
           before, limit);
}

} // namespace webhookd::store::sqlite
