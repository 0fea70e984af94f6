#pragma once

#include <webhookd/error.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/event_store.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace webhookd::store {

struct sqlite_options {
    std::filesystem::path file;
    std::size_t readers = 2; ///< connections for reading
    /// Around this size the write-ahead journal is copied into the database and restarted; it stays below
    /// four times that unless another process keeps a read transaction open.
    std::int64_t journal_bytes = 32 * 1024 * 1024;
    /// SQLite's name of the file layer underneath; empty: the operating system's. For tests.
    std::string vfs = {};
    /// Asked now and then while opening takes long (figures are recounted), by the thread that opens; true
    /// breaks it off with shutting_down, and the next opening goes on where it was. Empty: never.
    std::function<bool()> break_off = {};
    /// Decides what is due; null: the system's. Must outlive the store.
    const runtime::clock* clock = nullptr;
};

/// Opens or creates the database: WAL, synchronous=FULL, foreign keys, schema migrated, integrity checked.
/// One process at a time: a second opener gets store_busy, which names the holder's process id. The lock (a
/// file beside the database) ends with its holder, however that ends. A missing directory is created (mode
/// 0750), a missing file too (0640). Errors: store_io, store_busy, store_corrupt (also for a file that is no
/// database), store_newer, store_full, file_unwritable, store_bad_url (an SQLite database of another
/// application, which is left as it is), shutting_down.
[[nodiscard]] result<std::unique_ptr<event_store>> open_sqlite_store(const sqlite_options& options);

/// `sqlite:/var/lib/…/events.db` → the path. Errors: store_bad_url.
[[nodiscard]] result<std::filesystem::path> parse_sqlite_url(std::string_view url);

struct backup_options {
    std::filesystem::path database;
    std::filesystem::path to;
    bool replace = false; ///< a file that is there already
    /// Called now and then with how many of how many bytes are copied.
    std::function<void(std::int64_t copied, std::int64_t all)> on_progress = {};
};

struct backup_report {
    std::int64_t events = 0;
    std::int64_t bytes = 0;
};

/// Copies an SQLite database as it is at one moment, while a daemon may work with it, and checks the copy.
/// The daemon waits for nothing, but its journal grows until the copy is made. The copy is written beside its
/// path under a temporary name, synced, and only then renamed, readable for its owner alone. Whatever was
/// acknowledged before the call is in it. Errors: file_unreadable (there is no such database), store_bad_url
/// (it is none of ours), file_unwritable (also for a file that is there already, for a file of the database
/// or of another running daemon, and for what is no regular file), store_full, store_io, store_corrupt.
[[nodiscard]] result<backup_report> back_up_sqlite(const backup_options& options);

} // namespace webhookd::store
