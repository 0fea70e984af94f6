#pragma once

#include <webhookd/error.hpp>

#include "store/sqlite/statement.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace webhookd::store::sqlite {

/// One SQLite connection. Movable; one thread at a time.
class connection {
public:
    enum class access { read_write, read_only };

    /// Opens an existing file (an empty one counts as a new database) with every protection on: defensive
    /// mode, schema not trusted, no double-quoted strings, foreign keys enforced, no checkpoint inside
    /// commits. `vfs` empty: the default one. `cache_kib` bounds the page cache.
    static result<connection> open(const std::filesystem::path& file, const std::string& vfs, access mode,
                                   int cache_kib);

    /// Runs SQL without values and without rows; `what` names the purpose in failures.
    result<void> execute(const char* sql, const char* what);
    /// `sql` must be a single statement; it is kept prepared for the connection's life.
    result<statement> prepare(const char* sql, const char* what);
    /// The same for several statements; stops at the first that fails.
    struct preparation {
        statement& into;
        std::string sql;
        const char* what;
    };
    result<void> prepare_all(std::initializer_list<preparation> wanted);
    /// The first column of the first row; 0 without a row.
    result<std::int64_t> integer(const char* sql, const char* what);
    result<std::string> text(const char* sql, const char* what);

    /// Copies as much of the journal into the database as readers allow, waits for none (PASSIVE), and syncs
    /// the database: how many frames of the journal are copied now. Errors: store_busy when another
    /// connection is at it. After any other failure `recopy_journal` must come before the next checkpoint and
    /// before the last connection closes.
    result<std::int64_t> checkpoint();
    /// Copies the whole journal into the database and empties its file. Errors: store_busy while somebody
    /// reads or copies; it waits for nobody.
    result<void> empty_journal();
    /// Whether the pages that are written hold nothing of what was deleted (page_cleaner.hpp).
    [[nodiscard]] bool cleans_pages() const noexcept;
    /// Forgets the pages that it holds in memory; between two transactions.
    void drop_cache() noexcept { sqlite3_db_release_memory(handle_.get()); }
    /// Makes the next checkpoint copy the whole journal again. SQLite counts frames as copied before the
    /// database is synced (unless the checkpoint catches up with the journal). When the sync then fails, the
    /// kernel forgets the pages, and another checkpoint would sync without writing them again.
    result<void> recopy_journal();
    /// Whether closing the last connection copies the journal and removes it. Off when a connection opens.
    void checkpoint_on_close(bool on) noexcept;

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    [[nodiscard]] std::int64_t changes() const noexcept { return sqlite3_changes64(handle_.get()); }
    [[nodiscard]] std::int64_t last_rowid() const noexcept {
        return sqlite3_last_insert_rowid(handle_.get());
    }
    [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }
    [[nodiscard]] sqlite3* native() const noexcept { return handle_.get(); }

private:
    struct closer {
        void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    };
    explicit connection(sqlite3* handle) noexcept
        : handle_(handle) {}

    std::unique_ptr<sqlite3, closer> handle_;
};

/// A write transaction, rolled back unless committed.
class transaction {
public:
    static result<transaction> begin(connection& db);
    transaction(transaction&& other) noexcept
        : db_(std::exchange(other.db_, nullptr)) {}
    transaction& operator=(transaction&&) = delete;
    ~transaction();

    /// On a failure nothing of the transaction is kept.
    result<void> commit();

private:
    explicit transaction(connection& db) noexcept
        : db_(&db) {}

    connection* db_;
};

} // namespace webhookd::store::sqlite
