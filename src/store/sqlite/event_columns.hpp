#pragma once

#include <webhookd/store/event.hpp>

#include "store/event_row.hpp"
#include "store/sqlite/statement.hpp"

#include <cstddef>
#include <string>

/// The one list of the columns that make a stored_event, for every selection that reads events back.
namespace webhookd::store::sqlite {

/// The columns, to follow SELECT (and other columns). `e` is the table events.
[[nodiscard]] std::string event_columns(projection of);
/// What joins the tables of those columns to `e`.
[[nodiscard]] std::string event_joins(projection of);

/// The size of the body in the same row; 0 where it was not asked for.
[[nodiscard]] std::size_t body_size(const statement& row, projection of, int first = 0);

} // namespace webhookd::store::sqlite
