#pragma once

#include <webhookd/error.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <functional>

namespace webhookd::store::sqlite {

/// Recounts what completed transactions used, from their kept bodies, where a migration has requested it;
/// where the body was purged or erased the figures stay. Before the writer opens, on its connection. Each
/// batch of bodies, `batch` of them or some MiB, is a transaction that also remembers how far it came, so
/// that the next start goes on where one was killed. One body at a time is in memory, and the journal is
/// emptied after each batch; between two, `break_off` is called. Logs its progress when it takes long.
/// Errors: shutting_down when it was broken off; what SQLite reports.
[[nodiscard]] result<void> recount_consumption(connection& db, const std::function<bool()>& break_off = {},
                                               std::size_t batch = 5000);

} // namespace webhookd::store::sqlite
