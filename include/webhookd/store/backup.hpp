#pragma once

#include <webhookd/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>

namespace webhookd::store {

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
