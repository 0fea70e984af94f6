#pragma once

#include "store/sqlite/connection.hpp"

#include <sqlite3.h>

#include <cstdint>

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

} // namespace webhookd::test
