#pragma once

#include <webhookd/error.hpp>
#include <webhookd/files/unique_fd.hpp>

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace webhookd::store::sqlite {

/// Makes what is missing of the database's directory, durably, with mode 0750. Errors: file_unwritable,
/// store_full.
[[nodiscard]] result<void> prepare_directory(const std::filesystem::path& directory);

/// Makes an empty database file with mode 0640, durably; one that exists keeps its mode. Must run before any
/// SQLite connection to the file exists in this process: closing a descriptor of a file drops the POSIX locks
/// that the process holds on it. Errors: file_unwritable, store_full.
[[nodiscard]] result<void> prepare_file(const std::filesystem::path& file);

/// Makes the names in a directory durable. Errors: store_io.
[[nodiscard]] result<void> sync_directory(const std::filesystem::path& directory);

/// Refuses to open a database beside a journal that is not its own: SQLite would apply the journal to it, and
/// make a mixture of both. A copy made by `backup`, and an empty or missing file, have no journal; where one
/// is beside them, it is left over from an earlier database. Must run before SQLite sees the file. Errors:
/// store_corrupt (with the way out), file_unreadable.
[[nodiscard]] result<void> refuse_foreign_journal(const std::filesystem::path& database);

/// Writes and syncs 64 KiB of new blocks into a file of this name and removes it: proof that the disk has
/// room and takes writes. It goes through SQLite's own file layer, and through none of the database's
/// connections, so that it delays no commit. Any thread. Errors: store_full, store_io.
[[nodiscard]] result<void> probe_disk(const std::filesystem::path& file, const std::string& vfs);

/// Advisory locks that keep a second daemon out before that one touches anything, held from construction to
/// destruction and dropped by the kernel when the process dies, however it dies. One is on a file beside the
/// database, which tells who holds it. That file may be deleted by mistake; so another lock is on the
/// database itself.
class lock_file {
public:
    /// Errors: store_busy (naming the holder's process id, if it wrote one), file_unwritable, store_full.
    static result<lock_file> acquire(const std::filesystem::path& file);

    lock_file(lock_file&& other) noexcept;
    lock_file& operator=(lock_file&&) = delete;
    ~lock_file();

    /// Locks the database too. Before SQLite opens it, and this must outlive all its connections: closing a
    /// descriptor of a file drops the POSIX locks that the process holds on it. Errors: as `acquire`.
    result<void> lock_database(const std::filesystem::path& database);

    /// Whether another open file has locked the database behind this descriptor.
    [[nodiscard]] static bool database_is_locked(int descriptor);

    /// Checks that the file is still at its path; if not, creates and locks it again, with a line in the log.
    /// One thread at a time. Errors: those of `acquire`.
    result<void> keep();

private:
    lock_file(std::filesystem::path path, int descriptor) noexcept
        : path_(std::move(path))
        , descriptor_(descriptor) {}

    std::filesystem::path path_;
    int descriptor_;
    int database_ = -1;
};

/// Whether the files that are open still are those at their paths. A database whose name was removed, moved
/// or given to another file goes on working in the open files, and everything written there is lost at the
/// next start. Looks with one stat() for each file. Thread-safe.
class file_watch {
public:
    enum class which { database, journal, index }; ///< FILE, FILE-wal, FILE-shm

    explicit file_watch(std::filesystem::path database);

    /// Remembers the files at the paths as the open ones. After a connection has used the database; again
    /// when the connections were reopened. Its descriptors do not affect POSIX locks. Errors: store_io.
    result<void> begin();

    /// Errors: store_io with `displaced_words`, for the first that is not at its path.
    [[nodiscard]] result<void> check() const;

    [[nodiscard]] bool in_place(which file) const;
    /// The open file has no name anywhere: it cannot come back.
    [[nodiscard]] bool gone_for_good(which file) const;
    /// Moves away files at the paths of journal and index that are not the open ones: they must not be taken
    /// for the database's own. While the open journal is empty.
    void set_strangers_aside() const;

private:
    struct watched {
        std::filesystem::path path;
        files::unique_fd held; ///< O_PATH; keeps the number of the file from being given to another
        ::dev_t device = 0;
        ::ino_t number = 0;
    };
    /// nullopt: it is at its path.
    [[nodiscard]] static std::optional<std::string> trouble_of(const watched& file);

    [[nodiscard]] bool is_in_place(which file) const;

    mutable std::mutex mutex_;
    std::array<watched, 3> files_;
};

} // namespace webhookd::store::sqlite
