#pragma once

#include <webhookd/error.hpp>

#include "store/sqlite/connection.hpp"

#include <cstdint>

namespace webhookd::store::sqlite {

/// In the header of each of our databases (PRAGMA application_id): "UwhD".
inline constexpr std::int32_t application_id = 0x55776844;

/// The newest schema that this program knows (PRAGMA user_version).
[[nodiscard]] int newest_schema() noexcept;

/// The version of a database that is ours; 0 for an empty one. Errors: store_newer, store_bad_url (another
/// application's database), store_corrupt and what SQLite reports.
[[nodiscard]] result<int> schema_version(connection& db);

/// Brings an empty, or an older, database of ours to the newest schema, one transaction for each step, and
/// puts it into WAL mode; before that it checks, without a change, that the file is ours or empty. `target`
/// is a version up to the newest: tests make older databases with it.
/// Errors: store_newer, store_bad_url (another application's database), store_corrupt (no database at all)
/// and what SQLite reports.
[[nodiscard]] result<void> prepare_schema(connection& db, int target = newest_schema());

/// The check at start, bounded so that ten million events do not hold it up. A database up to `small` bytes
/// is checked page by page (PRAGMA quick_check). Of a larger one: the small tables, and the newest 1000
/// events, which are what a crash could have hurt; each is read with its body and looked up in the index of
/// ids. Errors: store_corrupt and what SQLite reports.
[[nodiscard]] result<void> check_integrity(connection& db, std::int64_t small = 256 * 1024 * 1024);

} // namespace webhookd::store::sqlite
