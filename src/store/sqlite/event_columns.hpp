#pragma once

#include <webhookd/store/event.hpp>

#include "store/sqlite/statement.hpp"

#include <string>
#include <string_view>

/// The one list of the columns that make a stored_event, for every selection that reads events back.
namespace webhookd::store::sqlite {

/// The columns, to follow SELECT (and other columns). `e` is the table events.
[[nodiscard]] std::string event_columns(projection of);
/// What joins the tables of those columns to `e`.
[[nodiscard]] std::string event_joins(projection of);

/// The row's event, where its columns begin at `first`.
[[nodiscard]] stored_event read_event(const statement& row, projection of, int first = 0);
/// The size of the body in the same row; 0 where it was not asked for.
[[nodiscard]] std::size_t body_size(const statement& row, projection of, int first = 0);

[[nodiscard]] inline timestamp instant(std::int64_t microseconds) {
    return timestamp{std::chrono::microseconds{microseconds}};
}
[[nodiscard]] inline std::int64_t microseconds(timestamp t) {
    return t.time_since_epoch().count();
}

/// What is empty is stored as NULL.
[[nodiscard]] inline std::optional<std::string_view> unless_empty(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return text;
}

} // namespace webhookd::store::sqlite
