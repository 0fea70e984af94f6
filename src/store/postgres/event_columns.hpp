#pragma once

#include <webhookd/store/event.hpp>

#include <string>

/// The one list of the columns that make a stored_event, for every selection that reads events back. `e` is
/// the table events.
namespace webhookd::store::postgres {

[[nodiscard]] std::string event_columns(projection of);
/// How many these are.
[[nodiscard]] int count_event_columns(projection of) noexcept;
/// What joins the tables of those columns to `e`.
[[nodiscard]] std::string event_joins(projection of);

} // namespace webhookd::store::postgres
