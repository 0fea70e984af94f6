#include "store/sqlite/statement.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace webhookd::store::sqlite {

errc to_errc(int code, int system_error) noexcept {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return errc::store_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return errc::store_busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return errc::store_corrupt;
    case SQLITE_INTERRUPT: // by the progress handler alone
        return errc::query_timeout;
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return errc::argument_invalid;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return system_error == ENOSPC || system_error == EDQUOT ? errc::store_full : errc::store_io;
    default:
        return errc::store_io;
    }
}

failure make_failure(sqlite3* db, int code, std::string_view what) {
    const int primary = code & 0xff;
    const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
    const int system_error = db != nullptr && from_system ? sqlite3_system_errno(db) : 0;
    std::string detail{what};
    detail += ": ";
    detail += sqlite3_errstr(code);
    detail += " (SQLite code " + std::to_string(code) + ")";
    if (system_error != 0) {
        detail += ", ";
        detail += std::system_category().message(system_error);
    }
    return failure{to_errc(code, system_error), std::move(detail)};
}

result<bool> statement::step() {
    const int code = bound_ == SQLITE_OK ? sqlite3_step(handle_.get()) : bound_;
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        sqlite3_reset(handle_.get());
        return false;
    }
    // The errno behind the failure must be read before the reset touches the file again.
    auto failed = make_failure(sqlite3_db_handle(handle_.get()), code, what_);
    sqlite3_reset(handle_.get());
    return failed;
}

result<void> statement::run() {
    auto row = step();
    if (!row) return row.error();
    if (*row) reset();
    return {};
}

std::string_view statement::text(int column) const {
    // The pointer first, then the length: the order in which SQLite promises both to fit together.
    const auto* data = sqlite3_column_text(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    if (data == nullptr) return {};
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::string_view statement::bytes(int column) const {
    const auto* data = sqlite3_column_blob(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

// A null pointer would bind NULL, and an empty text is not that.
int statement::put(int position, std::string_view value) {
    return sqlite3_bind_text64(handle_.get(), position, value.empty() ? "" : value.data(), value.size(),
                               SQLITE_STATIC, SQLITE_UTF8);
}

int statement::put(int position, blob value) {
    return sqlite3_bind_blob64(handle_.get(), position, value.bytes.empty() ? "" : value.bytes.data(),
                               value.bytes.size(), SQLITE_STATIC);
}

} // namespace webhookd::store::sqlite
