#include <webhookd/files/file.hpp>
#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/schema.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

namespace webhookd::store {
namespace {

namespace fs = std::filesystem;
using sqlite::connection;

constexpr int cache_kib = 2000;
constexpr int pages_at_once = 256;

/// Writes what was written since to the disk. Otherwise it gathers in memory, and the daemon's next sync on
/// the same file system waits for all of it.
void write_out(const files::output_file& file) noexcept {
    ::sync_file_range(file.descriptor(), 0, 0,
                      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

/// Whether a daemon works with this database.
bool in_use(const fs::path& database) {
    const files::unique_fd file{::open(database.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    return file && sqlite::lock_file::database_is_locked(file.get());
}

/// A copy must neither destroy its source or another daemon's database, nor be taken for a part of one.
result<void> check_target(const backup_options& options, const fs::path& to) {
    const auto refuse = [&](const char* why) {
        return failure{errc::file_unwritable, to.string() + ' ' + why};
    };
    std::error_code error;
    struct stat there {};
    if (::stat(to.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
        return refuse("is no regular file; a copy needs one of its own");
    if (fs::is_symlink(fs::symlink_status(to, error)))
        return refuse("is a symbolic link; name the file itself");
    const auto source = fs::weakly_canonical(fs::absolute(options.database, error), error);
    const auto target = fs::weakly_canonical(to, error);
    for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"}) {
        const auto part = fs::path{source.string() + suffix};
        if (target == part || fs::equivalent(to, part, error))
            return refuse(*suffix == 0 ? "is the database itself" : "is a file of the database itself");
    }
    if (in_use(to)) return refuse("is the database of a running daemon");
    const auto journal = target.string() + "-wal";
    if (fs::file_size(journal, error) > 0 && !error)
        return refuse(
            "has a journal beside it (-wal), which would be taken for the copy's own; move it away");
    return {};
}

/// A connection whose view of the database stays what it is now.
result<connection> open_source(const fs::path& database) {
    std::error_code missing;
    if (!fs::is_regular_file(database, missing))
        return failure{errc::file_unreadable, "there is no database " + database.string()};
    // SQLite finds a journal by the database's name: under another name a part of the events would be
    // missing.
    if (in_use(database) && !fs::exists(fs::weakly_canonical(database, missing).string() + "-wal", missing))
        return failure{errc::file_unreadable,
                       database.string() + " is another name of a running daemon's database; use its own"};
    if (auto fine = sqlite::refuse_foreign_journal(fs::weakly_canonical(database, missing)); !fine)
        return fine.error();
    auto db = connection::open(database, {}, connection::access::read_only, cache_kib);
    if (!db) return db.error();
    if (auto begun = db->execute("BEGIN", "read the database"); !begun) return begun.error();
    auto application = db->integer("PRAGMA application_id", "read the database");
    if (!application) return application.error();
    // The first read of a table is what fixes the view.
    auto objects = db->integer("SELECT count(*) FROM sqlite_schema", "read the database");
    if (!objects) return objects.error();
    if (*application != sqlite::application_id)
        return failure{errc::store_bad_url, database.string() + " is no database of the daemon's"};
    return db;
}

result<void> copy(connection& from, const backup_options& options, const files::output_file& to) {
    auto target = connection::open(to.working_name(), {}, connection::access::read_write, cache_kib);
    if (!target) return target.error();
    // It is synced when it is whole.
    if (auto done = target->execute("PRAGMA synchronous=OFF", "prepare the copy"); !done) return done;
    const std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> backup{
        sqlite3_backup_init(target->native(), "main", from.native(), "main"), &sqlite3_backup_finish};
    if (!backup) return sqlite::make_failure(target->native(), sqlite3_errcode(target->native()), "copy");
    auto page_size = from.integer("PRAGMA page_size", "measure the database");
    if (!page_size) return page_size.error();
    for (;;) {
        const auto began = std::chrono::steady_clock::now();
        const int code = sqlite3_backup_step(backup.get(), pages_at_once);
        write_out(to);
        // The daemon has the disk for as long as this took.
        if (code == SQLITE_OK) std::this_thread::sleep_for(std::chrono::steady_clock::now() - began);
        const std::int64_t all = sqlite3_backup_pagecount(backup.get());
        if (options.on_progress)
            options.on_progress((all - sqlite3_backup_remaining(backup.get())) * *page_size,
                                all * *page_size);
        if (code == SQLITE_DONE) return {};
        if (code != SQLITE_OK) return sqlite::make_failure(target->native(), code, "copy the database");
    }
}

result<std::int64_t> check(const fs::path& copied) {
    auto db = connection::open(copied, {}, connection::access::read_write, cache_kib);
    if (!db) return db.error();
    // One file alone; the daemon that takes it over goes back to a journal.
    auto mode = db->text("PRAGMA journal_mode=DELETE", "finish the copy");
    if (!mode) return mode.error();
    auto finding = db->text("PRAGMA quick_check(1)", "check the copy");
    if (!finding) return finding.error();
    if (*finding != "ok") return failure{errc::store_corrupt, "the copy failed its check: " + *finding};
    return db->integer("SELECT events FROM totals WHERE id = 1", "count events");
}

} // namespace

result<backup_report> back_up_sqlite(const backup_options& options) {
    std::error_code error;
    const auto to = fs::absolute(options.to, error);
    if (error || !to.has_filename()) return failure{errc::file_unwritable, "the copy needs a file's name"};
    if (auto fine = check_target(options, to); !fine) return fine.error();
    auto source = open_source(options.database);
    if (!source) return source.error();
    auto part = files::output_file::open(to, {.mode = 0600, .replace = options.replace, .special = false});
    if (!part) return part.error();
    if (auto copied = copy(*source, options, *part); !copied) return copied.error();
    (void)source->execute("COMMIT", "end reading"); // the daemon's journal need not grow any more
    auto events = check(part->working_name());
    if (!events) return events.error();
    backup_report report{*events, static_cast<std::int64_t>(fs::file_size(part->working_name(), error))};
    if (auto named = part->commit(); !named) return named.error();
    return report;
}

} // namespace webhookd::store
