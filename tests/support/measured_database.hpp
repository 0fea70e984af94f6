#pragma once

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>

namespace webhookd::test {

/// Counts the steps of SQLite's machine while it lives: the same ones each time, whatever else the machine
/// does.
class step_count {
public:
    explicit step_count(store::sqlite::connection& db)
        : db_(db.native()) {
        sqlite3_trace_v2(
            db_, SQLITE_TRACE_PROFILE,
            [](unsigned, void* self, void* ended, void*) {
                static_cast<step_count*>(self)->steps +=
                    sqlite3_stmt_status(static_cast<sqlite3_stmt*>(ended), SQLITE_STMTSTATUS_VM_STEP, 1);
                return 0;
            },
            this);
    }
    ~step_count() { sqlite3_trace_v2(db_, 0, nullptr, nullptr); }
    step_count(const step_count&) = delete;
    step_count& operator=(const step_count&) = delete;

    std::int64_t steps = 0;

private:
    sqlite3* db_;
};

/// An SQLite database of the newest schema with some rows, to look at what it costs to read them.
struct measured_database {
    explicit measured_database(const char* rows) {
        REQUIRE(store::sqlite::prepare_schema(db).has_value());
        REQUIRE(db.execute(rows, "fill").has_value());
    }
    static store::sqlite::connection connect(const std::filesystem::path& file) {
        using store::sqlite::connection;
        write_text(file, "");
        return connection::open(file, {}, connection::access::read_write, 2000).value();
    }

    temp_directory directory;
    store::sqlite::connection db = connect(directory / "db");
    std::int64_t steps = 0; ///< of the last reading
};

} // namespace webhookd::test
