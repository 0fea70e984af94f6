#include "store/sqlite/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace webhookd::store::sqlite {
namespace {

failure cannot(const char* what, const std::filesystem::path& path, int error) {
    const auto code = error == ENOSPC || error == EDQUOT ? errc::store_full : errc::file_unwritable;
    return {code, std::string{"cannot "} + what + " " + path.string() + ": " +
                      std::system_category().message(error)};
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

} // namespace webhookd::store::sqlite
