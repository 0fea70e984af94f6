#pragma once

#include <webhookd/error.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <functional>

namespace webhookd::store::sqlite {

/// Counts what was kept before version 6 of the schema: events by hours and days, and failed deliveries by
/// handler and cause. Before the writer opens, on its connection. Each batch, of so many offsets or failed
/// deliveries, is a transaction that also remembers how far it came, so that the next start goes on where one
/// was killed; between two the journal is emptied and `break_off` is called. Logs its progress when it takes
/// long (ten million events: some ten seconds).
/// Errors: shutting_down when it was broken off; what SQLite reports.
[[nodiscard]] result<void> count_kept(connection& db, const std::function<bool()>& break_off = {},
                                      std::size_t batch = 50'000);

} // namespace webhookd::store::sqlite
