#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/backfill.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/recount.hpp"
#include "store/sqlite/schema.hpp"

#include <string>
#include <system_error>
#include <utility>

namespace webhookd::store {
namespace {

namespace fs = std::filesystem;

constexpr int writer_cache_kib = 8000;

result<sqlite::connection> open_checked(const sqlite_options& options, const std::string& vfs) {
    auto db =
        sqlite::connection::open(options.file, vfs, sqlite::connection::access::read_write, writer_cache_kib);
    if (!db) return db.error();
    if (auto ready = sqlite::prepare_schema(*db); !ready) return ready.error();
    if (auto fine = sqlite::check_integrity(*db); !fine) return fine.error();
    if (auto counted = sqlite::recount_consumption(*db, options.break_off); !counted) return counted.error();
    if (auto counted = sqlite::count_kept(*db, options.break_off); !counted) return counted.error();
    return std::move(*db);
}

result<std::unique_ptr<sqlite::writer>> write_over(sqlite::connection db, const sqlite_options& options) {
    if (auto limited = sqlite::limit_journal(db, options.journal_bytes); !limited) return limited.error();
    return sqlite::writer::open(std::move(db), *options.clock);
}

/// Once, before the library is first used. Without it every allocation of every connection passes through one
/// lock, to count bytes that nobody asks for.
void configure_library() {
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured); // too late where SQLite was used before: slower, not wrong
}

} // namespace

result<std::filesystem::path> parse_sqlite_url(std::string_view url) {
    constexpr std::string_view scheme = "sqlite:";
    const auto bad = [](const char* why) {
        return failure{errc::store_bad_url,
                       std::string{why} +
                           "; a storage URL is written sqlite:/var/lib/universign-webhookd/events.db"};
    };
    if (!url.starts_with(scheme)) return bad("the storage engines are sqlite and postgresql");
    auto path = url.substr(scheme.size());
    if (path.starts_with("//")) {
        path.remove_prefix(2);
        if (!path.starts_with('/')) return bad("an SQLite database is a file on this machine, not on a host");
    }
    if (path.empty()) return bad("the file is missing");
    if (path.starts_with(':')) return bad("events are kept in a file, not in memory");
    if (path.find('\0') != path.npos) return bad("the file's name has a NUL byte");
    if (path.find_first_of("?#") != path.npos) return bad("there are no parameters");
    std::filesystem::path file{path};
    const auto name = file.filename();
    if (name.empty() || name == "." || name == "..") return bad("a directory is named where a file must be");
    return file;
}

result<std::unique_ptr<event_store>> open_sqlite_store(const sqlite_options& options) {
    configure_library();
    static const runtime::system_clock of_the_system;
    auto resolved = options;
    if (resolved.clock == nullptr) resolved.clock = &of_the_system;
    std::error_code error;
    resolved.file = fs::weakly_canonical(fs::absolute(options.file, error), error);
    if (error || !resolved.file.has_filename()) {
        return failure{errc::file_unwritable,
                       "cannot resolve " + options.file.string() + ": " + error.message()};
    }
    if (auto made = sqlite::prepare_directory(resolved.file.parent_path()); !made) return made.error();
    // The lock comes before the file is touched at all.
    auto lock = sqlite::lock_file::acquire(resolved.file.string() + ".lock");
    if (!lock) return lock.error();
    auto located = [&](failure f) {
        f.detail = resolved.file.string() + ": " + f.detail;
        return f;
    };
    if (auto fine = sqlite::refuse_foreign_journal(resolved.file); !fine) return located(fine.error());
    if (auto made = sqlite::prepare_file(resolved.file); !made) return made.error();
    if (auto locked = lock->lock_database(resolved.file); !locked) return locked.error();

    auto layer = sqlite::journal_vfs::create(resolved.vfs);
    if (!layer) return layer.error();
    auto db = open_checked(resolved, (*layer)->name());
    if (!db) return located(db.error());
    auto writer = write_over(std::move(*db), resolved);
    if (!writer) return located(writer.error());
    // The journal's name must survive a power loss as well as its content.
    if (auto synced = sqlite::sync_directory(resolved.file.parent_path()); !synced) return synced.error();
    auto watch = std::make_unique<sqlite::file_watch>(resolved.file);
    if (auto begun = watch->begin(); !begun) return located(begun.error());
    return sqlite::make_store(std::move(resolved),
                              {std::move(*lock), std::move(*layer), std::move(watch), std::move(*writer)});
}

result<std::unique_ptr<sqlite::writer>> sqlite::open_writer(const sqlite_options& options,
                                                            const std::string& layer) {
    auto db = connection::open(options.file, layer, connection::access::read_write, writer_cache_kib);
    if (!db) return db.error();
    return write_over(std::move(*db), options);
}

} // namespace webhookd::store
