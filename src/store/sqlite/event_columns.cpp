#include "store/sqlite/event_columns.hpp"

namespace webhookd::store::sqlite {
namespace {

/// In the order in which `read_event` takes them.
constexpr std::string_view envelope_columns =
    "e.seq, n.name, e.event_id, t.name, e.created, e.received, e.user_id, e.trace_id, a.name, "
    "e.object_type, e.object_id, e.transaction_id, e.state, e.stalled_reason, e.source";
constexpr std::string_view payload_columns = ", k.kid, p.signature, p.body";
constexpr std::string_view envelope_joins =
    " JOIN endpoints n ON n.id = e.endpoint JOIN event_types t ON t.id = e.type "
    "LEFT JOIN api_keys a ON a.id = e.api_key";
constexpr std::string_view payload_joins =
    " LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN keys k ON k.id = p.key";

} // namespace

std::string event_columns(projection of) {
    std::string sql{envelope_columns};
    if (of == projection::full) sql += payload_columns;
    return sql;
}

std::string event_joins(projection of) {
    std::string sql{envelope_joins};
    if (of == projection::full) sql += payload_joins;
    return sql;
}

std::size_t body_size(const statement& row, projection of, int first) {
    return of == projection::full ? row.bytes(first + body_column).size() : 0;
}

} // namespace webhookd::store::sqlite
