#include "store/sqlite/event_histogram.hpp"

#include "store/sqlite/event_columns.hpp"
#include "store/sqlite/event_selection.hpp"
#include "store/sqlite/time_limit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace webhookd::store::sqlite {
namespace {

using unit = counted_part::unit;

/// Counts by type and interval.
class interval_counts {
public:
    explicit interval_counts(const histogram_search& wanted)
        : begin_(microseconds(wanted.begin))
        , interval_(std::chrono::microseconds{wanted.interval}.count())
        , intervals_(wanted.intervals) {}

    [[nodiscard]] std::int64_t begin() const noexcept { return begin_; }
    [[nodiscard]] std::int64_t end() const noexcept {
        return begin_ + interval_ * static_cast<std::int64_t>(intervals_);
    }
    /// The largest unit of which each interval is a whole number.
    [[nodiscard]] unit largest_unit() const noexcept {
        if (begin_ % day_microseconds == 0 && interval_ % day_microseconds == 0) return unit::days;
        if (begin_ % hour_microseconds == 0 && interval_ % hour_microseconds == 0) return unit::hours;
        return unit::events;
    }

    /// `at` is in one of the intervals. Called for each row of hundreds of thousands.
    void add(std::int64_t type, std::int64_t at, std::int64_t events) {
        const auto index = static_cast<std::size_t>(type);
        if (index >= by_type_.size()) by_type_.resize(index + 1);
        auto& counts = by_type_[index];
        if (counts.empty()) counts.resize(intervals_);
        counts[static_cast<std::size_t>((at - begin_) / interval_)] += events;
    }

    /// Of a type; empty where none happened.
    [[nodiscard]] std::vector<std::int64_t> take(std::int64_t type) {
        const auto index = static_cast<std::size_t>(type);
        return index < by_type_.size() ? std::exchange(by_type_[index], {}) : std::vector<std::int64_t>{};
    }

private:
    std::int64_t begin_;
    std::int64_t interval_;
    std::size_t intervals_;
    std::vector<std::vector<std::int64_t>> by_type_; ///< by the type's id, which are small and dense
};

/// Whether the filter has conditions by period, types and endpoint alone.
bool is_kept_counted(const event_filter& f) {
    return f.api_key.empty() && f.transaction_id.empty() && f.event_id.empty() && f.text.empty() &&
           f.state.empty() && f.stalled_reason.empty() && !f.outcome;
}

/// Reads the events themselves. Without a condition that chooses better, type by type: that index alone
/// tells both instant and type.
result<void> count_events_of(connection& db, const event_filter& filter, indexed_conditions of,
                             const counted_part& part, interval_counts& into) {
    if (is_kept_counted(filter) && !of.endpoint && of.types.empty()) {
        auto types = read_ids(db, "SELECT id FROM event_types", "list event types");
        if (!types) return types.error();
        of.types = std::move(*types);
        if (of.types.empty()) return {};
    }
    auto chosen = choose_index(db, filter, of);
    if (!chosen) return chosen.error();
    event_search period{.filter = filter};
    period.filter.after = instant(part.begin - 1);
    period.filter.before = instant(part.end);
    const auto where = make_predicate(period, of);
    auto rows = db.prepare(
        ("SELECT e.at, e.type FROM events e WHERE " + chosen->condition + where.sql + " LIMIT ?11").c_str(),
        "count events by time");
    if (!rows) return rows.error();
    return each_range(*chosen, [&](const auto& key) -> result<void> {
        const statement_reset guard{*rows};
        bind(*rows, where, std::numeric_limits<std::int64_t>::max(), key);
        for (;;) {
            auto row = rows->step();
            if (!row) return row.error();
            if (!*row) return {};
            into.add(rows->integer(1), rows->integer(0), 1);
        }
    });
}

/// Reads what is kept counted.
result<void> add_counts(connection& db, const indexed_conditions& of, const counted_part& part,
                        interval_counts& into) {
    std::string sql =
        "SELECT start, type, events FROM event_counts WHERE span = ? AND start >= ? AND start < ?";
    if (of.endpoint) sql += fmt::format(" AND endpoint = {}", *of.endpoint);
    if (!of.types.empty()) sql += fmt::format(" AND type IN ({})", fmt::join(of.types, ","));
    auto rows = db.prepare(sql.c_str(), "read counted events");
    if (!rows) return rows.error();
    rows->bind(std::int64_t{part.from == unit::days ? 24 : 1}, part.begin, part.end);
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return {};
        into.add(rows->integer(1), rows->integer(0), rows->integer(2));
    }
}

result<std::vector<type_histogram>> with_names(connection& db, interval_counts& counted) {
    auto rows = db.prepare("SELECT id, name FROM event_types ORDER BY name", "list event types");
    if (!rows) return rows.error();
    std::vector<type_histogram> all;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return all;
        auto counts = counted.take(rows->integer(0));
        if (!counts.empty()) all.push_back({std::string{rows->text(1)}, std::move(counts)});
    }
}

/// The part of the intervals that the filter's period leaves.
std::pair<std::int64_t, std::int64_t> period_of(const event_filter& f, const interval_counts& intervals) {
    auto begin = intervals.begin(), end = intervals.end();
    if (f.after) begin = std::max(begin, microseconds(*f.after) + 1);
    if (f.before) end = std::min(end, microseconds(*f.before));
    return {begin, end};
}

} // namespace

result<event_counter> event_counter::open(connection& db) {
    event_counter c;
    const auto prepared = db.prepare_all({
        {c.add_,
         "INSERT INTO event_counts (span, start, endpoint, type, events) VALUES (?, ?, ?, ?, ?) "
         "ON CONFLICT (span, start, endpoint, type) DO UPDATE SET events = events + excluded.events",
         "count events"},
        {c.remove_empty_,
         "DELETE FROM event_counts WHERE span = ? AND start = ? AND endpoint = ? AND type = ? AND events = 0",
         "count events"},
    });
    if (!prepared) return prepared.error();
    return c;
}

result<void> event_counter::write() {
    std::map<key, std::int64_t> by_day;
    for (const auto& [where, by] : noted_) {
        by_day[{floor_to(where.start, day_microseconds), where.endpoint, where.type}] += by;
        if (auto done = add(1, where, by); !done) return done;
    }
    noted_.clear();
    for (const auto& [where, by] : by_day)
        if (auto done = add(24, where, by); !done) return done;
    return {};
}

result<void> event_counter::add(std::int64_t span, const key& where, std::int64_t by) {
    if (by == 0) return {};
    if (auto done = add_.bind(span, where.start, where.endpoint, where.type, by).run(); !done) return done;
    if (by > 0) return {};
    return remove_empty_.bind(span, where.start, where.endpoint, where.type).run();
}

std::vector<counted_part> divide(std::int64_t begin, std::int64_t end, unit largest) {
    if (begin >= end) return {};
    if (largest == unit::events) return {{unit::events, begin, end}};
    const auto size = largest == unit::days ? day_microseconds : hour_microseconds;
    const auto smaller = largest == unit::days ? unit::hours : unit::events;
    const auto first = floor_to(begin + size - 1, size);
    const auto last = floor_to(end, size);
    if (first >= last) return divide(begin, end, smaller);
    auto parts = divide(begin, first, smaller);
    parts.push_back({largest, first, last});
    std::ranges::copy(divide(last, end, smaller), std::back_inserter(parts));
    return parts;
}

result<std::vector<type_histogram>> draw_histogram(connection& db, const histogram_search& wanted) {
    const time_limit limit{db, wanted.timeout};
    auto known = look_up(db, wanted.filter);
    if (!known) return known.error();
    if (!*known) return std::vector<type_histogram>{};
    interval_counts counts{wanted};
    const auto [begin, end] = period_of(wanted.filter, counts);
    const auto largest = is_kept_counted(wanted.filter) ? counts.largest_unit() : unit::events;
    for (const auto& part : divide(begin, end, largest)) {
        const auto done = part.from == unit::events
                              ? count_events_of(db, wanted.filter, **known, part, counts)
                              : add_counts(db, **known, part, counts);
        if (!done) return done.error();
    }
    return with_names(db, counts);
}

} // namespace webhookd::store::sqlite
