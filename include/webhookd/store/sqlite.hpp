#pragma once

#include <webhookd/store/event_store.hpp>

#include <filesystem>
#include <memory>

namespace webhookd::store {

struct sqlite_options {
    std::filesystem::path file;
    std::size_t readers = 2; ///< connections for reading
};

/// Opens or creates the database: WAL, synchronous=FULL, foreign keys, schema migrated, integrity checked.
/// One process at a time: a second opener gets store_busy.
/// Errors: store_io, store_busy, store_corrupt, store_newer, store_full, file_unwritable.
[[nodiscard]] result<std::unique_ptr<event_store>> open_sqlite_store(const sqlite_options& options);

/// `sqlite:/var/lib/…/events.db` → the path. Errors: store_bad_url.
[[nodiscard]] result<std::filesystem::path> parse_sqlite_url(std::string_view url);

} // namespace webhookd::store
