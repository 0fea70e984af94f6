#pragma once

#include <webhookd/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Copies a whole store into another one, of the same engine or not.
namespace webhookd::store {

struct transfer_progress {
    enum class step { copying, checking };
    step now = step::copying;
    std::string_view part = {};      ///< of the store: events, payloads, deliveries, …
    std::int64_t rows = 0;           ///< of the part, so far in this call
    std::uint64_t bytes = 0;         ///< about as many, of these
    std::optional<double> done = {}; ///< how much of the part, from 0 to 1, where that is known
};

struct transfer_options {
    std::string from; ///< URLs, as `open` has them
    std::string to;
    bool anew = false;               ///< discard what an earlier call has copied, instead of going on with it
    std::size_t rows_at_once = 5000; ///< in one transaction; fewer where they are large
    /// Called after each transaction, and while the copy is checked.
    std::function<void(const transfer_progress&)> on_progress = {};
};

struct transfer_report {
    std::int64_t events = 0;
    std::int64_t deliveries = 0;
    std::int64_t rows = 0; ///< of all parts
    std::uint64_t bytes = 0;
};

/// Copies everything that a store keeps: events byte for byte with their proofs and offsets, deliveries with
/// ids, attempts and discards, consumption, erasures, outages, what is believed of the clock. What is counted
/// is counted anew. Claims are not copied: what was claimed is due.
///
/// The copy is made under a name of its own beside the place of the target (an SQLite file `FILE.migration`,
/// a PostgreSQL schema `universign_webhookd_migration`), in transactions that also keep how far it is. When
/// it is whole, both stores are read again and compared by the number of rows and their SHA-256; only then it
/// takes its place, in one step. A call that is broken off leaves source and target as they were, and the
/// next one with the same source goes on. Memory: a page of rows, some MiB, or one larger row.
///
/// Neither store may be used meanwhile. Whether that is so is looked at before, and of the source also at the
/// end. Errors: store_bad_url, store_busy (a daemon, or another transfer, works with one of them; or the
/// source has changed), file_unreadable (there is no source), file_unwritable (the target has a store
/// already, or the beginning of another transfer), store_newer, argument_invalid (an older schema; the same
/// store twice; a value that the target cannot hold), store_corrupt (the copy differs), store_full, store_io.
[[nodiscard]] result<transfer_report> transfer_store(const transfer_options& options);

} // namespace webhookd::store
