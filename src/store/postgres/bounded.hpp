#pragma once

#include "store/postgres/connection.hpp"

#include <chrono>

namespace webhookd::store::postgres {

/// Runs a selection that may take too long, in a transaction of its own: for `timeout`, and never for longer
/// than the 30 seconds that every reading statement has. What it refers to lives until it has run. Errors:
/// query_timeout; otherwise as connection::run has them.
[[nodiscard]] result<rows> run_bounded(connection& db, const statement& selection, parameters given,
                                       std::chrono::milliseconds timeout);

} // namespace webhookd::store::postgres
