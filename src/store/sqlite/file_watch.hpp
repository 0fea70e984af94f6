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

    /// Takes the files that stand at the paths now for those that are open. After a connection has used the
    /// database; again when the connections were opened anew. What it holds does not count as a descriptor
    /// for POSIX locks. Errors: store_io.
    result<void> begin();

    /// Errors: store_io with `displaced_words`, for the first that is not in its place.
    [[nodiscard]] result<void> check() const;

    [[nodiscard]] bool in_place(which file) const;
    /// The open file has no name anywhere: it cannot come back.
    [[nodiscard]] bool gone_for_good(which file) const;
    /// Moves away what stands in the places of journal and index and is not the open one: it must not be
    /// taken for the database's own. While the open journal is empty.
    void set_strangers_aside() const;

private:
    struct watched {
        std::filesystem::path path;
        files::unique_fd held; ///< O_PATH; keeps the number of the file from being given to another
        ::dev_t device = 0;
        ::ino_t number = 0;
    };
    /// Nothing: it is in its place.
    [[nodiscard]] static std::optional<std::string> trouble_of(const watched& file);

    [[nodiscard]] bool is_in_place(which file) const;

    mutable std::mutex mutex_;
    std::array<watched, 3> files_;
};

} // namespace webhookd::store::sqlite
