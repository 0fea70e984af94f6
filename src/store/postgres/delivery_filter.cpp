#include "store/postgres/delivery_filter.hpp"

#include <fmt/format.h>

namespace webhookd::store::postgres {

delivery_condition::delivery_condition(const delivery_filter& filter, std::optional<delivery_id> before)
    : sql(" WHERE true") {
    if (filter.id) sql += " AND d.id = " + add(*filter.id);
    if (filter.state) sql += fmt::format(" AND d.state = {}", static_cast<int>(*filter.state));
    if (!filter.handler.empty()) sql += " AND d.handler = " + add(filter.handler);
    if (!filter.event_id.empty())
        sql += " AND d.event IN (SELECT seq FROM events WHERE event_id = " + add(filter.event_id) + ')';
    if (filter.cause) sql += " AND d.state = 2 AND coalesce(d.reason, '') = " + add(*filter.cause);
    if (before) sql += " AND d.id < " + add(*before);
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
