#include <webhookd/runtime/log.hpp>

#include "store/sqlite/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace webhookd::store::sqlite {
namespace {

/// Far beyond the bytes that SQLite locks, and beyond any that the file will ever have.
constexpr off_t locked_byte = off_t{1} << 62;

struct flock database_lock() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = locked_byte;
    lock.l_len = 1;
    return lock;
}

/// The holder's process id as it wrote it; empty when it could not.
std::string holder(int descriptor) {
    char digits[16];
    const auto size = ::pread(descriptor, digits, sizeof digits, 0);
    std::string pid{digits, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    pid.erase(std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; }), pid.end());
    return pid;
}

} // namespace

result<lock_file> lock_file::acquire(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) {
        const int error = errno;
        return failure{error == ENOSPC || error == EDQUOT ? errc::store_full : errc::file_unwritable,
                       "cannot open " + file.string() + ": " + std::system_category().message(error)};
    }
    lock_file held{file, descriptor};
    int code = 0;
    do {
        code = ::flock(descriptor, LOCK_EX | LOCK_NB);
    } while (code != 0 && errno == EINTR);
    if (code != 0 && errno == EWOULDBLOCK) {
        const auto pid = holder(descriptor);
        return failure{errc::store_busy,
                       "the database is in use by " +
                           (pid.empty() ? std::string{"another process"} : "process " + pid) + " (" +
                           file.string() + " is locked)"};
    }
    if (code != 0) {
        return failure{errc::file_unwritable,
                       "cannot lock " + file.string() + ": " + std::system_category().message(errno)};
    }
    // The process id is for people only, so a full disk must not prevent the start.
    const auto pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) == 0) {
        [[maybe_unused]] const auto written = ::pwrite(descriptor, pid.data(), pid.size(), 0);
    }
    return held;
}

result<void> lock_file::lock_database(const std::filesystem::path& database) {
    const int descriptor = ::open(database.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return failure{errc::file_unwritable,
                       "cannot open " + database.string() + ": " + std::system_category().message(errno)};
    auto lock = database_lock();
    // A lock of the open file, not of the process. Where the file system has none, the other lock must
    // suffice.
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES)) {
        ::close(descriptor);
        return failure{errc::store_busy, "the database is in use by another process, which has locked " +
                                             database.string() + " itself (its lock file was removed)"};
    }
    database_ = descriptor;
    return {};
}

bool lock_file::database_is_locked(int descriptor) {
    auto lock = database_lock();
    return ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

result<void> lock_file::keep() {
    struct stat mine {};
    struct stat there {};
    if (::fstat(descriptor_, &mine) != 0) return {};
    if (::stat(path_.c_str(), &there) == 0 && there.st_dev == mine.st_dev && there.st_ino == mine.st_ino)
        return {};
    auto again = acquire(path_);
    if (!again) return again.error();
    std::swap(descriptor_, again->descriptor_);
    log::warning("the lock file was removed or replaced; it was made anew", {{"file", path_.string()}});
    return {};
}

lock_file::lock_file(lock_file&& other) noexcept
    : path_(std::move(other.path_))
    , descriptor_(std::exchange(other.descriptor_, -1))
    , database_(std::exchange(other.database_, -1)) {}

// The file stays: removing it would let two openers lock two different files of one name.
lock_file::~lock_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (database_ >= 0) ::close(database_);
}

} // namespace webhookd::store::sqlite
