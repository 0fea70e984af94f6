#include "store/sqlite/event_search.hpp"

#include "store/sqlite/event_columns.hpp"
#include "store/sqlite/event_selection.hpp"
#include "store/sqlite/time_limit.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::store::sqlite {
namespace {

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

/// What is beyond a position, in parts that an index can begin at: those of its instant, and the period after
/// or before that.
std::vector<event_search> parts_of(const event_search& wanted) {
    if (!wanted.beyond) return {wanted};
    auto rest = wanted;
    rest.beyond.reset();
    const auto at = wanted.beyond->at;
    auto& f = rest.filter;
    if (wanted.oldest_first)
        f.after = std::max(f.after.value_or(at), at);
    else
        f.before = std::min(f.before.value_or(at), at);
    return {wanted, std::move(rest)};
}

/// Adds the first positions of the events that `wanted` names: of each range so many as its limit.
result<void> add_positions(connection& db, const index_scan& w, const predicate& n,
                           const event_search& wanted, std::vector<event_position>& found) {
    const char* order = wanted.oldest_first ? " ORDER BY e.at, e.seq" : " ORDER BY e.at DESC, e.seq DESC";
    auto rows = db.prepare(
        ("SELECT e.at, e.seq FROM events e WHERE " + w.condition + n.sql + order + " LIMIT ?11").c_str(),
        "search events");
    if (!rows) return rows.error();
    return each_range(
        w, [&](const auto& key) { return scan_range(*rows, n, at_most(wanted.limit), key, found); });
}

result<std::vector<event_position>> find_positions(connection& db, const index_scan& w,
                                                   const indexed_conditions& of, const event_search& wanted) {
    std::vector<event_position> found;
    for (const auto& part : parts_of(wanted)) {
        if (found.size() >= wanted.limit) break; // all of the next part come after these
        if (auto done = add_positions(db, w, make_predicate(part, of), part, found); !done)
            return done.error();
    }
    std::sort(found.begin(), found.end());
    if (!wanted.oldest_first) std::reverse(found.begin(), found.end());
    if (found.size() > wanted.limit) found.resize(wanted.limit);
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

} // namespace

result<std::vector<stored_event>> search_events(connection& db, const event_search& wanted) {
    if (wanted.limit == 0) return std::vector<stored_event>{};
    const time_limit limit{db, wanted.timeout};
    auto known = look_up(db, wanted.filter);
    if (!known) return known.error();
    if (!*known) return std::vector<stored_event>{};
    auto chosen = choose_index(db, wanted.filter, **known);
    if (!chosen) return chosen.error();
    auto positions = find_positions(db, *chosen, **known, wanted);
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
        ("SELECT count(*) FROM events e WHERE " + chosen->condition + where.sql + " LIMIT ?11").c_str(),
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
                   "(?3 IS NULL OR endpoint = (SELECT id FROM endpoints WHERE name = ?3)) AND "
                   "(?4 IS NULL OR (SELECT api_key FROM events e WHERE e.seq = consumption.seq) = "
                   "(SELECT id FROM api_keys WHERE name = ?4))",
                   "add the consumption up");
    if (!sums) return sums.error();
    const time_limit limit{db, window.timeout};
    const auto after = window.after ? microseconds(*window.after) : std::numeric_limits<std::int64_t>::min();
    const auto before =
        window.before ? microseconds(*window.before) : std::numeric_limits<std::int64_t>::max();
    auto row = sums->bind(after, before, unless_empty(window.endpoint), unless_empty(window.api_key)).step();
    if (!row) return row.error();
    return read_consumption(*sums);
}

} // namespace webhookd::store::sqlite
