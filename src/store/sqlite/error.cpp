#include "store/sqlite/error.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <string>
#include <system_error>

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

} // namespace webhookd::store::sqlite
