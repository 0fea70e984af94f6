#include "store/postgres/delivery_filter.hpp"

#include "store/event_row.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace webhookd::store::postgres {
namespace {

/// The first id of those that were planned later than an instant, or the one after the last: a binary search.
std::string first_planned_after(std::string_view instant) {
    return fmt::format("(WITH RECURSIVE s(low, high) AS (SELECT (SELECT min(id) FROM deliveries), "
                       "(SELECT max(id) FROM deliveries) + 1 UNION ALL "
                       "SELECT CASE WHEN p.planned > {0} THEN s.low ELSE p.id + 1 END, "
                       "CASE WHEN p.planned > {0} THEN (s.low + s.high) / 2 ELSE s.high END "
                       "FROM s CROSS JOIN LATERAL (SELECT id, planned FROM deliveries "
                       "WHERE id >= (s.low + s.high) / 2 ORDER BY id LIMIT 1) p WHERE s.low < s.high) "
                       "SELECT low FROM s WHERE low >= high)",
                       instant);
}

} // namespace

delivery_condition::delivery_condition(const delivery_filter& filter, std::optional<delivery_id> before)
    : sql(" WHERE true") {
    if (filter.id) sql += " AND d.id = " + add(*filter.id);
    if (filter.state) sql += fmt::format(" AND d.state = {}", static_cast<int>(*filter.state));
    if (!filter.handler.empty()) sql += " AND d.handler = " + add(filter.handler);
    if (!filter.event_id.empty())
        sql += " AND d.event IN (SELECT seq FROM events WHERE event_id = " + add(filter.event_id) + ')';
    if (filter.cause) sql += " AND d.state = 2 AND coalesce(d.reason, '') = " + add(*filter.cause);
    if (before) sql += " AND d.id < " + add(*before);
    if (filter.after) add_after(microseconds(*filter.after));
    if (filter.before) add_before(microseconds(*filter.before));
}

void delivery_condition::add_after(std::int64_t instant) {
    const auto exact = add(instant);
    const auto tolerant = add(instant - std::chrono::microseconds{planned_tolerance}.count());
    sql += fmt::format(" AND d.planned > {} AND d.id >= {}", exact, first_planned_after(tolerant));
}

void delivery_condition::add_before(std::int64_t instant) {
    const auto exact = add(instant);
    const auto tolerant = add(instant + std::chrono::microseconds{planned_tolerance}.count());
    sql += fmt::format(" AND d.planned < {} AND d.id < {}", exact, first_planned_after(tolerant));
}

std::string delivery_condition::add(std::int64_t value) {
    given.add(value);
    return fmt::format("${}::bigint", given.count());
}

std::string delivery_condition::add(const std::string& text) {
    given.add(text);
    return fmt::format("${}::text", given.count());
}

} // namespace webhookd::store::postgres
