#include <webhookd/store/backup.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/error.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/schema.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
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

failure unwritable(const fs::path& file, int error) {
    return {error == ENOSPC || error == EDQUOT ? errc::store_full : errc::file_unwritable,
            "cannot write " + file.string() + ": " + std::system_category().message(error)};
}

/// The half-made copy, removed unless it was given its name.
class part_file {
public:
    explicit part_file(fs::path file)
        : file_(std::move(file)) {}
    ~part_file() {
        if (descriptor_ >= 0) ::close(descriptor_);
        std::error_code ignored;
        for (const char* suffix : {"", "-journal", "-wal", "-shm"})
            fs::remove(file_.string() + suffix, ignored);
    }
    part_file(const part_file&) = delete;
    part_file& operator=(const part_file&) = delete;

    [[nodiscard]] const fs::path& path() const noexcept { return file_; }

    /// Makes it, empty; it holds personal data, so that nobody else may read it.
    result<void> create() {
        std::error_code ignored;
        fs::remove(file_, ignored); // left by one that was killed
        descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        if (descriptor_ < 0) return unwritable(file_, errno);
        return {};
    }

    /// Sends to the disk what was written since. Otherwise it gathers in memory, and the daemon's next sync,
    /// of the same file system, waits for all of it.
    void write_out() const noexcept {
        ::sync_file_range(descriptor_, 0, 0,
                          SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    }

    result<void> take_name(const fs::path& name) const {
        if (::fsync(descriptor_) != 0) return unwritable(file_, errno);
        if (::rename(file_.c_str(), name.c_str()) != 0) return unwritable(name, errno);
        return sqlite::sync_directory(name.parent_path());
    }

private:
    fs::path file_;
    int descriptor_ = -1;
};

/// A connection whose view of the database stays what it is now.
result<connection> open_source(const fs::path& database) {
    std::error_code missing;
    if (!fs::is_regular_file(database, missing))
        return failure{errc::file_unreadable, "there is no database " + database.string()};
    auto db = connection::open(database, {}, connection::access::read_only, cache_kib);
    if (!db) return db.error();
    if (auto begun = db->execute("BEGIN", "read the database"); !begun) return begun.error();
    auto application = db->integer("PRAGMA application_id", "read the database");
    if (!application) return application.error();
    // The first look at a table is what fixes the view.
    auto objects = db->integer("SELECT count(*) FROM sqlite_schema", "read the database");
    if (!objects) return objects.error();
    if (*application != sqlite::application_id)
        return failure{errc::store_bad_url, database.string() + " is no database of the daemon's"};
    return db;
}

result<void> copy(connection& from, const backup_options& options, const part_file& to) {
    auto target = connection::open(to.path(), {}, connection::access::read_write, cache_kib);
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
        to.write_out();
        // The disk belongs to the daemon for as long as this took.
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
    if (fs::exists(to, error) && !options.replace)
        return failure{errc::file_unwritable, to.string() + " is there already"};
    if (fs::equivalent(to, options.database, error))
        return failure{errc::file_unwritable, to.string() + " is the database itself"};
    auto source = open_source(options.database);
    if (!source) return source.error();
    part_file part{fs::path{to.string() + ".part"}};
    if (auto made = part.create(); !made) return made.error();
    if (auto copied = copy(*source, options, part); !copied) return copied.error();
    (void)source->execute("COMMIT", "end reading"); // the daemon's journal need not grow any more
    auto events = check(part.path());
    if (!events) return events.error();
    backup_report report{*events, static_cast<std::int64_t>(fs::file_size(part.path(), error))};
    if (auto named = part.take_name(to); !named) return named.error();
    return report;
}

} // namespace webhookd::store
