#include "store/sqlite/connection.hpp"

#include "store/sqlite/page_cleaner.hpp"

namespace webhookd::store::sqlite {
namespace {

/// Only the sqlite3 shell can make us wait, since the lock file keeps other daemons out.
constexpr int busy_timeout_ms = 2000;

void harden(sqlite3* db) {
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, busy_timeout_ms);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    // A file that is not ours is closed unchanged; the writer turns this off for ours.
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

} // namespace

result<connection> connection::open(const std::filesystem::path& file, const std::string& vfs, access mode,
                                    int cache_kib) {
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                      (mode == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    connection opened{handle};
    if (code != SQLITE_OK) return make_failure(handle, code, "open " + file.string());
    harden(handle);
    // synchronous=FULL is what makes a commit wait for the disk; every acknowledgement depends on it.
    const auto pragmas = "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY;"
                         "PRAGMA cache_size=-" +
                         std::to_string(cache_kib);
    if (auto done = opened.execute(pragmas.c_str(), "set up a connection"); !done) return done.error();
    return opened;
}

result<void> connection::execute(const char* sql, const char* what) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, what);
    return {};
}

result<statement> connection::prepare(const char* sql, const char* what) {
    sqlite3_stmt* prepared = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, what);
    return statement{prepared, what};
}

result<void> connection::prepare_all(std::initializer_list<preparation> wanted) {
    for (const auto& each : wanted) {
        auto prepared = prepare(each.sql.c_str(), each.what);
        if (!prepared) return prepared.error();
        each.into = std::move(*prepared);
    }
    return {};
}

result<std::int64_t> connection::integer(const char* sql, const char* what) {
    auto query = prepare(sql, what);
    if (!query) return query.error();
    auto row = query->step();
    if (!row) return row.error();
    return *row ? query->integer(0) : 0;
}

result<std::string> connection::text(const char* sql, const char* what) {
    auto query = prepare(sql, what);
    if (!query) return query.error();
    auto row = query->step();
    if (!row) return row.error();
    return *row ? std::string{query->text(0)} : std::string{};
}

result<std::int64_t> connection::checkpoint() {
    int frames = 0;
    int copied = 0;
    const int code =
        sqlite3_wal_checkpoint_v2(handle_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &copied);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, "checkpoint");
    if (copied < frames) {
        // SQLite syncs only a checkpoint that catches up with the journal, and would leave all the work to
        // that one.
        sqlite3_file* file = nullptr;
        sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
        const int synced = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
        if (synced != SQLITE_OK) return make_failure(handle_.get(), synced, "sync the database");
    }
    return copied;
}

result<void> connection::empty_journal() {
    sqlite3_busy_timeout(handle_.get(), 0);
    const int code =
        sqlite3_wal_checkpoint_v2(handle_.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_timeout(handle_.get(), busy_timeout_ms);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, "empty the journal");
    return {};
}

bool connection::cleans_pages() const noexcept {
    sqlite3_file* file = nullptr;
    return sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
           cleans_what_it_writes(file);
}

result<void> connection::recopy_journal() {
    // The first use maps the journal's index. Its layout is documented (sqlite.org/walformat.html, section
    // 2.1): bytes 96 to 99 of the first block count the frames copied. The holder of lock 1 may change them.
    constexpr int block = 32 * 1024;
    constexpr int copied_at = 96;
    constexpr int checkpoint_lock = 1;
    constexpr const char* what = "copy the journal again";
    if (auto mapped = integer("PRAGMA schema_version", what); !mapped) return mapped.error();
    sqlite3_file* file = nullptr;
    int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, what);
    const auto& methods = *file->pMethods;
    void volatile* index = nullptr;
    code = methods.xShmMap(file, 0, block, 0, &index);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, what);
    code = methods.xShmLock(file, checkpoint_lock, 1, SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE);
    if (code != SQLITE_OK) return make_failure(handle_.get(), code, what);
    if (index != nullptr) {
        auto* copied = static_cast<std::uint32_t volatile*>(index) + copied_at / sizeof(std::uint32_t);
        __atomic_store_n(copied, 0U, __ATOMIC_SEQ_CST);
    }
    methods.xShmLock(file, checkpoint_lock, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    return {};
}

void connection::checkpoint_on_close(bool on) noexcept {
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

result<transaction> transaction::begin(connection& db) {
    if (auto begun = db.execute("BEGIN IMMEDIATE", "begin a transaction"); !begun) return begun.error();
    return transaction{db};
}

transaction::~transaction() {
    // A failure has often rolled back already, and a rollback that fails shows in in_transaction().
    if (db_ != nullptr && db_->in_transaction()) (void)db_->execute("ROLLBACK", "roll back");
}

result<void> transaction::commit() {
    return db_->execute("COMMIT", "commit");
}

} // namespace webhookd::store::sqlite
