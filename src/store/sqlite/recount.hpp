#pragma once

#include <webhookd/error.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <functional>
#include <string_view>

namespace webhookd::store::sqlite {

/// A count of all that is kept, at a start after an upgrade. Each batch is a transaction that also remembers
/// how far it came, so that the next start goes on where one was broken off or killed.
struct kept_count {
    std::function<result<bool>()> count_batch; ///< false: this was the last one
    std::function<void()> log_progress;        ///< called when it takes long
    std::string_view broken_off;               ///< what the error says then
};

/// Batch by batch to the end. Between two the journal is emptied and `break_off` is called, if it is set.
/// Errors: shutting_down when it was broken off; what SQLite reports.
[[nodiscard]] result<void> run(connection& db, const kept_count& counting,
                               const std::function<bool()>& break_off);

/// Recounts what completed transactions used, from their kept bodies, where a migration has requested it;
/// where the body was purged or erased the figures stay. Before the writer opens, on its connection. Each
/// batch of bodies, `batch` of them or some MiB, is a transaction that also remembers how far it came, so
/// that the next start goes on where one was killed. One body at a time is in memory, and the journal is
/// emptied after each batch; between two, `break_off` is called. Logs its progress when it takes long.
/// Errors: shutting_down when it was broken off; what SQLite reports.
[[nodiscard]] result<void> recount_consumption(connection& db, const std::function<bool()>& break_off = {},
                                               std::size_t batch = 5000);

} // namespace webhookd::store::sqlite
