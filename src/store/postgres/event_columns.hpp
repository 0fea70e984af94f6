#pragma once

#include <webhookd/store/event.hpp>

#include <string>

/// The one list of the columns that make a stored_event, for every selection that reads events back. `e` is
/// the table events.
namespace webhookd::store::postgres {

/// In the order in which `read_event` takes them.
[[nodiscard]] inline std::string event_columns(projection of) {
    std::string sql{
        "e.seq, e.endpoint, e.event_id, e.type, e.created, e.received, e.user_id, e.trace_id, e.api_key, "
        "e.object_type, e.object_id, e.transaction_id, e.state, e.stalled_reason, e.source"};
    if (of == projection::full) sql += ", k.kid, p.signature, p.body";
    return sql;
}

/// How many these are.
[[nodiscard]] constexpr int count_event_columns(projection of) noexcept {
    return of == projection::full ? 18 : 15;
}

/// What joins the tables of those columns to `e`.
[[nodiscard]] inline std::string event_joins(projection of) {
    if (of == projection::envelope_only) return {};
    return " LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN keys k ON k.id = p.key";
}

} // namespace webhookd::store::postgres
