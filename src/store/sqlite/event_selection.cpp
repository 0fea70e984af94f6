#include "store/sqlite/event_selection.hpp"

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/event_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace webhookd::store::sqlite {
namespace {

/// The id of a name in one of the small tables; nullopt when no event ever had it.
result<std::optional<std::int64_t>> id_of(connection& db, const char* table, std::string_view name) {
    auto query =
        db.prepare((std::string("SELECT id FROM ") + table + " WHERE name = ?").c_str(), "look a name up");
    if (!query) return query.error();
    auto row = query->bind(name).step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::int64_t>{};
    return std::optional{query->integer(0)};
}

/// A LIKE pattern for a part of a text.
std::string pattern_of(std::string_view part) {
    std::string pattern = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern += '%';
}

constexpr const char* by_text =
    " AND (e.event_id LIKE ?8 ESCAPE '\\' OR e.transaction_id LIKE ?8 ESCAPE '\\' OR e.object_id LIKE ?8 "
    "ESCAPE '\\' "
    "OR e.user_id LIKE ?8 ESCAPE '\\' OR e.trace_id LIKE ?8 ESCAPE '\\' OR e.metadata LIKE ?8 ESCAPE '\\' "
    "OR e.api_key IN (SELECT id FROM api_keys WHERE name LIKE ?8 ESCAPE '\\'))";

/// The number of the state in the database; nullopt: it is that there is no delivery.
std::optional<int> state_of(delivery_outcome o) {
    switch (o) {
    case delivery_outcome::none:
        return std::nullopt;
    case delivery_outcome::pending:
        return static_cast<int>(delivery_state::pending);
    case delivery_outcome::successful:
        return static_cast<int>(delivery_state::successful);
    case delivery_outcome::failed:
        return static_cast<int>(delivery_state::failed);
    case delivery_outcome::discarded:
        return static_cast<int>(delivery_state::discarded);
    }
    return std::nullopt;
}

std::string by_outcome(delivery_outcome o) {
    const auto state = state_of(o);
    // The plus keeps a partial index over a state from being chosen instead of the one over events.
    return state ? fmt::format(
                       " AND EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq AND +d.state = {})",
                       *state)
                 : " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq)";
}

/// Up to so many deliveries, their events are found and sorted. Where there are more, such events are found
/// soon by scanning in the order of time.
constexpr int few_deliveries = 20'000;

/// The deliveries with the outcome, by an index; empty where none has it.
const char* deliveries_with(delivery_outcome o) {
    switch (o) {
    case delivery_outcome::pending:
        return "FROM deliveries d WHERE d.state = 0";
    case delivery_outcome::failed:
        return "FROM deliveries d WHERE d.state = 2";
    case delivery_outcome::discarded:
        return "FROM discards x CROSS JOIN deliveries d ON d.id = x.delivery WHERE d.state = 3";
    case delivery_outcome::none:
    case delivery_outcome::successful:
        break;
    }
    return "";
}

/// A scan of the events whose deliveries have the outcome; nullopt where these are too many, or no index has
/// them.
result<std::optional<index_scan>> scan_by_outcome(connection& db, delivery_outcome o) {
    const std::string from = deliveries_with(o);
    if (from.empty()) return std::optional<index_scan>{};
    const auto count = db.integer(
        fmt::format("SELECT count(*) FROM (SELECT 1 {} LIMIT {})", from, few_deliveries + 1).c_str(),
        "count deliveries");
    if (!count) return count.error();
    if (*count > few_deliveries) return std::optional<index_scan>{};
    return std::optional{index_scan{"e.seq IN (SELECT d.event " + from + ") AND ?1 = 0", {0}}};
}

} // namespace

result<std::vector<std::int64_t>> read_ids(connection& db, const char* sql, const char* what) {
    auto rows = db.prepare(sql, what);
    if (!rows) return rows.error();
    std::vector<std::int64_t> ids;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return ids;
        ids.push_back(rows->integer(0));
    }
}

result<std::optional<indexed_conditions>> look_up(connection& db, const event_filter& f) {
    const auto nothing = std::optional<indexed_conditions>{};
    indexed_conditions n;
    n.outcome = f.outcome;
    if (!f.endpoint.empty()) {
        auto id = id_of(db, "endpoints", f.endpoint);
        if (!id) return id.error();
        if (!*id) return nothing;
        n.endpoint = *id;
    }
    if (!f.api_key.empty()) {
        auto id = id_of(db, "api_keys", f.api_key);
        if (!id) return id.error();
        if (!*id) return nothing;
        n.api_key = *id;
    }
    if (!f.types) return std::optional{n};
    for (const auto& name : *f.types) {
        auto id = id_of(db, "event_types", name);
        if (!id) return id.error();
        if (*id) n.types.push_back(**id);
    }
    return n.types.empty() ? nothing : std::optional{n};
}

result<index_scan> choose_index(connection& db, const event_filter& f, indexed_conditions& n) {
    // An id alone would not use the index over endpoint and id.
    if (!f.event_id.empty())
        return index_scan{"e.endpoint IN (SELECT id FROM endpoints) AND e.event_id = ?1", {}, f.event_id};
    if (!f.transaction_id.empty()) return index_scan{"e.transaction_id = ?1", {}, f.transaction_id};
    if (n.outcome) {
        auto scan = scan_by_outcome(db, *n.outcome);
        if (!scan) return scan.error();
        if (*scan) {
            n.outcome.reset();
            return std::move(**scan);
        }
    }
    if (n.api_key) return index_scan{"e.api_key = ?1", {*std::exchange(n.api_key, std::nullopt)}};
    if (!n.types.empty()) return index_scan{"e.type = ?1", std::exchange(n.types, {})};
    if (n.endpoint) return index_scan{"e.endpoint = ?1", {*std::exchange(n.endpoint, std::nullopt)}};
    auto endpoints = read_ids(db, "SELECT id FROM endpoints", "list endpoints");
    if (!endpoints) return endpoints.error();
    return index_scan{"e.endpoint = ?1", std::move(*endpoints)};
}

predicate make_predicate(const event_search& wanted, const indexed_conditions& of) {
    const auto& f = wanted.filter;
    predicate n;
    if (f.after) n.after = microseconds(*f.after);
    if (f.before) n.before = microseconds(*f.before);
    if (wanted.beyond) {
        n.beyond_at = microseconds(wanted.beyond->at);
        n.beyond_offset = wanted.beyond->offset;
        n.sql += wanted.oldest_first ? " AND e.at = ?4 AND e.seq > ?5" : " AND e.at = ?4 AND e.seq < ?5";
    }
    if (n.after) n.sql += " AND e.at > ?2";
    if (n.before) n.sql += " AND e.at < ?3";
    // A unary plus keeps the condition from choosing another index.
    if (of.endpoint) {
        n.endpoint = of.endpoint;
        n.sql += " AND +e.endpoint = ?6";
    }
    if (of.api_key) {
        n.api_key = of.api_key;
        n.sql += " AND +e.api_key = ?7";
    }
    if (!of.types.empty()) n.sql += fmt::format(" AND +e.type IN ({})", fmt::join(of.types, ","));
    if (!f.text.empty()) {
        n.text = pattern_of(f.text);
        n.sql += by_text;
    }
    n.state = f.state;
    n.stalled_reason = f.stalled_reason;
    if (!n.state.empty()) n.sql += " AND e.state = ?9";
    if (!n.stalled_reason.empty()) n.sql += " AND e.stalled_reason = ?10";
    if (of.outcome) n.sql += by_outcome(*of.outcome);
    return n;
}

void bind(statement& s, const predicate& n, std::int64_t limit, std::int64_t key) {
    s.bind(key, n.after, n.before, n.beyond_at, n.beyond_offset, n.endpoint, n.api_key, unless_empty(n.text),
           unless_empty(n.state), unless_empty(n.stalled_reason), limit);
}
void bind(statement& s, const predicate& n, std::int64_t limit, const std::string& key) {
    s.bind(std::string_view(key), n.after, n.before, n.beyond_at, n.beyond_offset, n.endpoint, n.api_key,
           unless_empty(n.text), unless_empty(n.state), unless_empty(n.stalled_reason), limit);
}

} // namespace webhookd::store::sqlite
