#pragma once

#include <webhookd/store/event_search.hpp>

#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a filter becomes SQL over the table `events e`: one index with the ranges of it to scan, and the
/// conditions on every range. For what searches, counts and draws histograms, on a reader's connection.
namespace webhookd::store::sqlite {

/// What a filter wants, with the ids of its names: the conditions that an index may serve.
struct indexed_conditions {
    std::optional<std::int64_t> endpoint;
    std::optional<std::int64_t> api_key;
    std::vector<std::int64_t> types;
    std::optional<delivery_outcome> outcome;
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
    std::string state;
    std::string stalled_reason;
};

/// The first column of each row.
[[nodiscard]] result<std::vector<std::int64_t>> read_ids(connection& db, const char* sql, const char* what);

/// nullopt when no event can match, because none ever had one of the names.
[[nodiscard]] result<std::optional<indexed_conditions>> look_up(connection& db, const event_filter& f);

/// Which index to scan. A condition that the scan itself meets is removed from `n`.
[[nodiscard]] result<index_scan> choose_index(connection& db, const event_filter& f, indexed_conditions& n);

/// Where `wanted` goes on beyond a position, only those of its instant are meant: an index can begin at
/// those, and at all of a period, but not at both in one scan.
[[nodiscard]] predicate make_predicate(const event_search& wanted, const indexed_conditions& of);

/// Binds the key of a range, the predicate, and the limit, which is `?11` in the SQL.
void bind(statement& s, const predicate& n, std::int64_t limit, std::int64_t key);
void bind(statement& s, const predicate& n, std::int64_t limit, const std::string& key);

/// Calls `visit` with the key of each range, until it fails.
template <class Visit>
result<void> each_range(const index_scan& w, Visit visit) {
    if (!w.text.empty())
        if (auto done = visit(w.text); !done) return done;
    for (const auto id : w.ids)
        if (auto done = visit(id); !done) return done;
    return {};
}

} // namespace webhookd::store::sqlite
