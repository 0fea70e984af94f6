#pragma once

#include <webhookd/error.hpp>

#include <filesystem>

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

/// An advisory lock on a file beside the database, held from construction to destruction and dropped by the
/// kernel when the process dies, however it dies. It keeps a second daemon out before that one touches
/// anything.
class lock_file {
public:
    /// Errors: store_busy (naming the holder's process id, if it wrote one), file_unwritable, store_full.
    static result<lock_file> acquire(const std::filesystem::path& file);

    lock_file(lock_file&& other) noexcept;
    lock_file& operator=(lock_file&&) = delete;
    ~lock_file();

private:
    explicit lock_file(int descriptor) noexcept
        : descriptor_(descriptor) {}

    int descriptor_;
};

} // namespace webhookd::store::sqlite
