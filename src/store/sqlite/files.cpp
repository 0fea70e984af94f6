#include "store/sqlite/files.hpp"

#include <webhookd/runtime/log.hpp>
#include <webhookd/store/event_log.hpp>

#include "store/sqlite/statement.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>

namespace webhookd::store::sqlite {
namespace {

failure cannot(const char* what, const std::filesystem::path& path, int error) {
    const auto code = error == ENOSPC || error == EDQUOT ? errc::store_full : errc::file_unwritable;
    return {code, std::string{"cannot "} + what + " " + path.string() + ": " +
                      std::system_category().message(error)};
}

using sample = std::array<std::uint8_t, 64 * 1024>;

/// Bytes that no file system stores as a hole or shrinks to nothing.
sample incompressible() {
    sample bytes;
    std::uint32_t x = 2463534242;
    for (auto& b : bytes) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        b = static_cast<std::uint8_t>(x);
    }
    return bytes;
}

} // namespace

result<void> sync_directory(const std::filesystem::path& directory) {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    // EINVAL: a file system that cannot sync a directory and does not need it.
    if (synced || error == EINVAL) return {};
    return failure{errc::store_io, "cannot sync the directory " + directory.string() + ": " +
                                       std::system_category().message(error)};
}

result<void> prepare_directory(const std::filesystem::path& directory) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) == 0) {
        if (!S_ISDIR(status.st_mode)) return cannot("use as a directory", directory, ENOTDIR);
        return {};
    }
    if (errno != ENOENT) return cannot("look into", directory, errno);
    const auto parent = directory.parent_path();
    if (auto made = prepare_directory(parent); !made) return made.error();
    if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) {
        return cannot("create the directory", directory, errno);
    }
    return sync_directory(parent);
}

result<void> prepare_file(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0) {
        if (S_ISREG(status.st_mode)) return {};
        return failure{errc::file_unwritable, file.string() + " is not a regular file"};
    }
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (descriptor < 0) return cannot("create", file, errno);
    ::close(descriptor);
    return sync_directory(file.parent_path());
}

result<void> refuse_foreign_journal(const std::filesystem::path& database) {
    // https://sqlite.org/fileformat.html, section 1.3: bytes 18 and 19 are 2 in a database with a journal.
    constexpr off_t versions_at = 18;
    struct stat journal {};
    const auto name = database.string() + "-wal";
    if (::stat(name.c_str(), &journal) != 0 || journal.st_size == 0) return {};
    const int descriptor = ::open(database.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0 && errno != ENOENT)
        return failure{errc::file_unreadable,
                       "cannot open " + database.string() + ": " + std::system_category().message(errno)};
    unsigned char versions[2] = {};
    const auto size = descriptor < 0 ? 0 : ::pread(descriptor, versions, sizeof versions, versions_at);
    if (descriptor >= 0) ::close(descriptor);
    const bool empty = size <= 0;
    if (!empty && (versions[0] != 1 || versions[1] != 1)) return {};
    const auto file = database.filename().string();
    return failure{errc::store_corrupt,
                   std::string{empty ? "there is no database" : "the database is a backup"} +
                       ", but a journal, " + file +
                       "-wal, is left over from the database that stood there before: to use " +
                       (empty ? "a new database" : "the backup") + ", move " + file + "-wal and " + file +
                       "-shm away; to have the former database back, put it in its place beside them"};
}

result<void> probe_disk(const std::filesystem::path& file, const std::string& vfs) {
    static const sample bytes = incompressible();
    constexpr const char* what = "probe the disk";
    auto* layer = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
    if (layer == nullptr) return failure{errc::store_io, "no such SQLite file layer: " + vfs};

    const auto memory = std::make_unique<std::byte[]>(static_cast<std::size_t>(layer->szOsFile));
    auto* handle = reinterpret_cast<sqlite3_file*>(memory.get());
    // Deleted on opening, as temporary files are: nothing is left behind, however this ends.
    constexpr int flags =
        SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE;
    int code = layer->xOpen(layer, file.c_str(), handle, flags, nullptr);
    if (code == SQLITE_OK) code = handle->pMethods->xWrite(handle, bytes.data(), bytes.size(), 0);
    if (code == SQLITE_OK) code = handle->pMethods->xSync(handle, SQLITE_SYNC_NORMAL);
    if (handle->pMethods != nullptr) handle->pMethods->xClose(handle);
    if (code != SQLITE_OK) return make_failure(nullptr, code, what);
    return {};
}

file_watch::file_watch(std::filesystem::path database) {
    files_[1].path = database.string() + "-wal";
    files_[2].path = database.string() + "-shm";
    files_[0].path = std::move(database);
}

result<void> file_watch::begin() {
    const std::lock_guard lock{mutex_};
    for (auto& file : files_) {
        files::unique_fd held{::open(file.path.c_str(), O_PATH | O_CLOEXEC)};
        struct stat status {};
        if (!held || ::fstat(held.get(), &status) != 0)
            return failure{errc::store_io, std::string{displaced_words} + file.path.filename().string() +
                                               ": " + std::system_category().message(errno)};
        file.held = std::move(held);
        file.device = status.st_dev;
        file.number = status.st_ino;
    }
    return {};
}

std::optional<std::string> file_watch::trouble_of(const watched& file) {
    struct stat status {};
    if (::stat(file.path.c_str(), &status) == 0) {
        if (status.st_dev == file.device && status.st_ino == file.number) return std::nullopt;
        return "another file stands in the place of " + file.path.filename().string();
    }
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR)
        return file.path.filename().string() + " was removed or moved away";
    return file.path.filename().string() + " cannot be looked at: " + std::system_category().message(error);
}

result<void> file_watch::check() const {
    const std::lock_guard lock{mutex_};
    for (const auto& file : files_)
        if (const auto trouble = trouble_of(file))
            return failure{errc::store_io, std::string{displaced_words} + *trouble};
    return {};
}

bool file_watch::is_in_place(which file) const {
    return !trouble_of(files_[static_cast<std::size_t>(file)]);
}

bool file_watch::in_place(which file) const {
    const std::lock_guard lock{mutex_};
    return is_in_place(file);
}

bool file_watch::gone_for_good(which file) const {
    const std::lock_guard lock{mutex_};
    struct stat status {};
    return ::fstat(files_[static_cast<std::size_t>(file)].held.get(), &status) == 0 && status.st_nlink == 0;
}

void file_watch::set_strangers_aside() const {
    namespace fs = std::filesystem;
    const std::lock_guard lock{mutex_};
    std::error_code error;
    const auto& journal = files_[1].path;
    if (!is_in_place(which::journal) && fs::exists(journal, error)) {
        if (fs::file_size(journal, error) == 0) {
            fs::remove(journal, error);
        } else {
            const auto aside = journal.string() + ".displaced";
            fs::rename(journal, aside, error);
            log::warning("a file in the place of the journal was moved aside", {{"to", aside}});
        }
    }
    if (!is_in_place(which::index)) fs::remove(files_[2].path, error); // it can be created again at any time
}

} // namespace webhookd::store::sqlite
