#pragma once

#include <webhookd/error.hpp>

#include <string_view>

struct sqlite3;

/// The SQLite engine's own parts. Nothing outside src/store/sqlite includes these headers, except its tests.
namespace webhookd::store::sqlite {

/// Which of our failures a (plain or extended) SQLite result code is. `system_error` is the errno behind it,
/// if any: a disk or quota that ran out is store_full even where SQLite only says I/O error.
[[nodiscard]] errc to_errc(int code, int system_error) noexcept;

/// The failure of a call on `db` (may be null), worded from fixed texts only: what was tried, SQLite's name
/// for the code, the errno. Values that were bound never stand in it, because they are other people's data.
[[nodiscard]] failure make_failure(sqlite3* db, int code, std::string_view what);

} // namespace webhookd::store::sqlite
