#include "store/sqlite/event_search.hpp"

#include "store/sqlite/event_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace webhookd::store::sqlite {
namespace {

/// The ids of the names in a filter.
struct name_ids {
    std::optional<std::int64_t> endpoint;
    std::optional<std::int64_t> api_key;
    std::vector<std::int64_t> types;
};

/// One index, and the ranges of it that can hold matching events.
struct index_scan {
    std::string condition; ///< on the key of a range: `?1`
    std::vector<std::int64_t> ids = {};
    std::string text = {}; ///< where the key is a text: the only range
};

/// The conditions on every range. Each parameter has a fixed number, whether its condition is in the SQL or
/// not.
struct predicate {
    std::string sql;
    std::optional<std::int64_t> after;
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> beyond_at;
    std::optional<std::int64_t> beyond_offset;
    std::optional<std::int64_t> endpoint;
    std::optional<std::int64_t> api_key;
    std::string text;
};

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

result<std::vector<std::int64_t>> all_endpoints(connection& db) {
    auto rows = db.prepare("SELECT id FROM endpoints", "list endpoints");
    if (!rows) return rows.error();
    std::vector<std::int64_t> ids;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return ids;
        ids.push_back(rows->integer(0));
    }
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

predicate make_predicate(const event_search& wanted, const name_ids& of) {
    const auto& f = wanted.filter;
    predicate n;
    if (f.after) n.after = microseconds(*f.after);
    if (f.before) n.before = microseconds(*f.before);
    if (wanted.beyond) {
        n.beyond_at = microseconds(wanted.beyond->at);
        n.beyond_offset = wanted.beyond->offset;
        // The scan begins at the bound of `at` alone: without this, each page would pass over all before it.
        if (wanted.oldest_first)
            n.after = std::max(n.after.value_or(*n.beyond_at - 1), *n.beyond_at - 1);
        else
            n.before = std::min(n.before.value_or(*n.beyond_at + 1), *n.beyond_at + 1);
        n.sql += wanted.oldest_first ? " AND (e.at, e.seq) > (?4, ?5)" : " AND (e.at, e.seq) < (?4, ?5)";
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
    return n;
}

void bind(statement& s, const predicate& n, std::int64_t limit, std::int64_t key) {
    s.bind(key, n.after, n.before, n.beyond_at, n.beyond_offset, n.endpoint, n.api_key, unless_empty(n.text),
           limit);
}
void bind(statement& s, const predicate& n, std::int64_t limit, const std::string& key) {
    s.bind(std::string_view(key), n.after, n.before, n.beyond_at, n.beyond_offset, n.endpoint, n.api_key,
           unless_empty(n.text), limit);
}

/// Adds the positions of the events in the range.
template <class Key>
result<void> scan_range(statement& rows, const predicate& n, std::int64_t limit, const Key& key,
                        std::vector<event_position>& found) {
    const statement_reset guard{rows};
    bind(rows, n, limit, key);
    for (;;) {
        auto row = rows.step();
        if (!row) return row.error();
        if (!*row) return {};
        found.push_back({instant(rows.integer(0)), rows.integer(1)});
    }
}

/// Calls `visit` with the key of each range, until it fails.
template <class Visit>
result<void> each_range(const index_scan& w, Visit visit) {
    if (!w.text.empty())
        if (auto done = visit(w.text); !done) return done;
    for (const auto id : w.ids)
        if (auto done = visit(id); !done) return done;
    return {};
}

result<std::vector<event_position>> find_positions(connection& db, const index_scan& w, const predicate& n,
                                                   const event_search& wanted) {
    const auto limit = wanted.limit;
    const auto most =
        static_cast<std::int64_t>(std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max()));
    const char* order = wanted.oldest_first ? " ORDER BY e.at, e.seq" : " ORDER BY e.at DESC, e.seq DESC";
    auto rows = db.prepare(
        ("SELECT e.at, e.seq FROM events e WHERE " + w.condition + n.sql + order + " LIMIT ?9").c_str(),
        "search events");
    if (!rows) return rows.error();
    std::vector<event_position> found;
    const auto visit = [&](const auto& key) { return scan_range(*rows, n, most, key, found); };
    if (auto done = each_range(w, visit); !done) return done.error();
    std::sort(found.begin(), found.end());
    if (!wanted.oldest_first) std::reverse(found.begin(), found.end());
    if (found.size() > limit) found.resize(limit);
    return found;
}

result<std::vector<stored_event>> read_events_at(connection& db, const std::vector<event_position>& positions,
                                                 projection of) {
    auto one = db.prepare(
        ("SELECT " + event_columns(of) + " FROM events e" + event_joins(of) + " WHERE e.seq = ?").c_str(),
        "read events");
    if (!one) return one.error();
    std::vector<stored_event> events;
    events.reserve(positions.size());
    for (const auto& position : positions) {
        const statement_reset guard{*one};
        auto row = one->bind(position.offset).step();
        if (!row) return row.error();
        if (*row) events.push_back(read_event(*one, of)); // else purged a moment ago
    }
    return events;
}

/// nullopt when no event can match, because none ever had one of the names.
result<std::optional<name_ids>> look_up(connection& db, const event_filter& f) {
    const auto nothing = std::optional<name_ids>{};
    name_ids n;
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

/// Which index to scan. A condition that the scan itself meets is removed from `n`.
result<index_scan> choose_index(connection& db, const event_filter& f, name_ids& n) {
    // An id alone would not use the index over endpoint and id.
    if (!f.event_id.empty())
        return index_scan{"e.endpoint IN (SELECT id FROM endpoints) AND e.event_id = ?1", {}, f.event_id};
    if (!f.transaction_id.empty()) return index_scan{"e.transaction_id = ?1", {}, f.transaction_id};
    if (n.api_key) return index_scan{"e.api_key = ?1", {*std::exchange(n.api_key, std::nullopt)}};
    if (!n.types.empty()) return index_scan{"e.type = ?1", std::exchange(n.types, {})};
    if (n.endpoint) return index_scan{"e.endpoint = ?1", {*std::exchange(n.endpoint, std::nullopt)}};
    auto endpoints = all_endpoints(db);
    if (!endpoints) return endpoints.error();
    return index_scan{"e.endpoint = ?1", std::move(*endpoints)};
}

/// Ends what runs on the connection when its time is over.
class time_limit {
public:
    time_limit(connection& db, std::chrono::milliseconds timeout)
        : db_(db.native())
        , until_(std::chrono::steady_clock::now() + timeout) {
        constexpr int steps_between_checks = 10'000; // a millisecond or less
        sqlite3_progress_handler(
            db_, steps_between_checks,
            [](void* self) { return static_cast<const time_limit*>(self)->over() ? 1 : 0; }, this);
    }
    ~time_limit() { sqlite3_progress_handler(db_, 0, nullptr, nullptr); }
    time_limit(const time_limit&) = delete;
    time_limit& operator=(const time_limit&) = delete;

private:
    bool over() const { return std::chrono::steady_clock::now() >= until_; }

    sqlite3* db_;
    std::chrono::steady_clock::time_point until_;
};

} // namespace

result<std::vector<stored_event>> search_events(connection& db, const event_search& wanted) {
    if (wanted.limit == 0) return std::vector<stored_event>{};
    const time_limit limit{db, wanted.timeout};
    auto known = look_up(db, wanted.filter);
    if (!known) return known.error();
    if (!*known) return std::vector<stored_event>{};
    auto chosen = choose_index(db, wanted.filter, **known);
    if (!chosen) return chosen.error();
    auto positions = find_positions(db, *chosen, make_predicate(wanted, **known), wanted);
    if (!positions) return positions.error();
    return read_events_at(db, *positions, wanted.of);
}

result<std::int64_t> count_events(connection& db, const event_filter& filter) {
    const event_search all{.filter = filter};
    const time_limit limit{db, all.timeout};
    auto known = look_up(db, filter);
    if (!known) return known.error();
    if (!*known) return 0;
    auto chosen = choose_index(db, filter, **known);
    if (!chosen) return chosen.error();
    const auto where = make_predicate(all, **known);
    // The limit is that of the search's parameters: there is one row.
    auto rows = db.prepare(
        ("SELECT count(*) FROM events e WHERE " + chosen->condition + where.sql + " LIMIT ?9").c_str(),
        "count events");
    if (!rows) return rows.error();
    std::int64_t events = 0;
    const auto add = [&](const auto& key) -> result<void> {
        const statement_reset guard{*rows};
        bind(*rows, where, std::int64_t{1}, key);
        auto row = rows->step();
        if (!row) return row.error();
        events += rows->integer(0);
        return {};
    };
    if (auto done = each_range(*chosen, add); !done) return done.error();
    return events;
}

result<std::vector<type_count>> list_event_types(connection& db) {
    auto rows = db.prepare("SELECT name, events FROM event_types ORDER BY name", "list event types");
    if (!rows) return rows.error();
    std::vector<type_count> types;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return types;
        types.push_back({std::string(rows->text(0)), rows->integer(1)});
    }
}

result<event::consumption> sum_consumption(connection& db, const consumption_window& window) {
    auto sums =
        db.prepare("SELECT sum(visas), sum(seals), sum(reviews), sum(level_0), sum(level_1), sum(level_2), "
                   "sum(level_3), sum(level_4) FROM consumption WHERE at > ?1 AND at < ?2 AND "
                   "(?3 IS NULL OR endpoint = (SELECT id FROM endpoints WHERE name = ?3))",
                   "add the consumption up");
    if (!sums) return sums.error();
    const auto after = window.after ? microseconds(*window.after) : std::numeric_limits<std::int64_t>::min();
    const auto before =
        window.before ? microseconds(*window.before) : std::numeric_limits<std::int64_t>::max();
    auto row = sums->bind(after, before, unless_empty(window.endpoint)).step();
    if (!row) return row.error();
    return read_consumption(*sums);
}

} // namespace webhookd::store::sqlite
