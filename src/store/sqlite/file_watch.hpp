#pragma once

#include <webhookd/error.hpp>
#include <webhookd/files/unique_fd.hpp>

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace webhookd::store::sqlite {

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
