#include "store/event_row.hpp"
#include "store/postgres/bounded.hpp"
#include "store/postgres/event_columns.hpp"
#include "store/postgres/event_reader.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace webhookd::store::postgres {
namespace {

/// The conditions of a search on `e`, with their parameters: only those that it names.
class search_condition {
public:
    explicit search_condition(const event_search& wanted) {
        const auto& f = wanted.filter;
        if (f.after) sql_ += " AND e.at > " + add(microseconds(*f.after));
        if (f.before) sql_ += " AND e.at < " + add(microseconds(*f.before));
        if (wanted.beyond) {
            const auto at = add(microseconds(wanted.beyond->at));
            const auto offset = add(wanted.beyond->offset);
            sql_ +=
                fmt::format(" AND (e.at, e.seq) {} ({}, {})", wanted.oldest_first ? '>' : '<', at, offset);
        }
        add_text("endpoint", f.endpoint);
        add_text("api_key", f.api_key);
        add_text("transaction_id", f.transaction_id);
        add_text("event_id", f.event_id);
        add_text("state", f.state);
        add_text("stalled_reason", f.stalled_reason);
        if (f.outcome) add_outcome(*f.outcome);
        if (f.types) add_types(*f.types);
        if (!f.text.empty()) add_part(f.text);
    }

    [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
    [[nodiscard]] parameters& given() noexcept { return given_; }
    [[nodiscard]] std::string add(std::int64_t value) {
        given_.add(value);
        return fmt::format("${}::bigint", given_.count());
    }

private:
    void add_text(const char* column, const std::string& text) {
        if (text.empty()) return;
        given_.add(text);
        sql_ += fmt::format(" AND e.{} = ${}::text", column, given_.count());
    }

    /// Of one type the index gives the order as well.
    void add_types(const std::vector<std::string>& types) {
        if (types.size() == 1) return add_text("type", types.front());
        array names{array::of::texts};
        for (const auto& each : types)
            names.push(std::string_view{each});
        given_.add(std::move(names));
        sql_ += fmt::format(" AND e.type = ANY(${}::text[])", given_.count());
    }

    void add_outcome(delivery_outcome o) {
        const std::string of_event = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq";
        if (o == delivery_outcome::none)
            sql_ += " AND NOT " + of_event + ')';
        else // the states come in the same order, after `none`
            sql_ += fmt::format(" AND {} AND d.state = {})", of_event, static_cast<int>(o) - 1);
    }

    /// In the collation "C" only ASCII letters have two cases.
    void add_part(const std::string& text) {
        std::string pattern = "%";
        for (const char c : text) {
            if (c == '%' || c == '_' || c == '\\') pattern += '\\';
            pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        pattern += '%';
        given_.add(parts_.emplace_back(std::move(pattern)));
        std::string any;
        for (const char* column :
             {"event_id", "transaction_id", "object_id", "user_id", "trace_id", "metadata", "api_key"})
            any += fmt::format("{}lower(e.{}) LIKE ${}::text COLLATE \"C\"", any.empty() ? "" : " OR ",
                               column, given_.count());
        sql_ += " AND (" + any + ')';
    }

    std::list<std::string> parts_; ///< that the parameters refer to
    std::string sql_ = " WHERE true";
    parameters given_;
};

} // namespace

result<std::vector<stored_event>> search_events(connection& db, const event_search& wanted) {
    if (wanted.limit == 0) return std::vector<stored_event>{};
    search_condition where{wanted};
    const char* order = wanted.oldest_first ? " ORDER BY e.at, e.seq" : " ORDER BY e.at DESC, e.seq DESC";
    const auto limit = where.add(at_most(wanted.limit));
    const auto sql = "SELECT " + event_columns(wanted.of) + " FROM events e" + event_joins(wanted.of) +
                     where.sql() + order + " LIMIT " + limit;
    const auto found =
        run_bounded(db, {sql.c_str(), "search events", false}, std::move(where.given()), wanted.timeout);
    if (!found) return found.error();
    std::vector<stored_event> events;
    for (const auto row : *found)
        events.push_back(read_event(row, wanted.of));
    return events;
}

result<std::int64_t> count_events(connection& db, const event_filter& filter) {
    const event_search all{.filter = filter};
    search_condition where{all};
    const auto sql = "SELECT count(*) FROM events e" + where.sql();
    const auto found =
        run_bounded(db, {sql.c_str(), "count events", false}, std::move(where.given()), all.timeout);
    if (!found) return found.error();
    return found->at(0).integer(0);
}

result<std::vector<type_histogram>> draw_histogram(connection& db, const histogram_search& wanted) {
    if (wanted.intervals == 0) return std::vector<type_histogram>{};
    event_search all{.filter = wanted.filter};
    search_condition where{all};
    const auto begin = microseconds(wanted.begin);
    const std::int64_t interval = std::chrono::microseconds{wanted.interval}.count();
    const auto from = where.add(begin);
    const auto end = where.add(begin + interval * static_cast<std::int64_t>(wanted.intervals));
    const auto number = fmt::format("(e.at - {}) / {}", from, where.add(interval));
    const auto sql = fmt::format("SELECT e.type, {}, count(*) FROM events e{} AND e.at >= {} AND e.at < {} "
                                 "GROUP BY 1, 2 ORDER BY 1, 2",
                                 number, where.sql(), from, end);
    const auto found = run_bounded(db, {sql.c_str(), "count events by time", false}, std::move(where.given()),
                                   wanted.timeout);
    if (!found) return found.error();
    std::vector<type_histogram> drawn;
    for (const auto row : *found) {
        auto type = row.text(0);
        if (drawn.empty() || drawn.back().type != type)
            drawn.push_back({std::move(type), std::vector<std::int64_t>(wanted.intervals)});
        drawn.back().counts.at(static_cast<std::size_t>(row.integer(1))) = row.integer(2);
    }
    return drawn;
}

} // namespace webhookd::store::postgres
