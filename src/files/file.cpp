#include <webhookd/files/file.hpp>
#include <webhookd/files/unique_fd.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <random>
#include <string>
#include <system_error>

namespace webhookd::files {
namespace {

namespace fs = std::filesystem;

/// What SQLite may leave beside a file that it writes.
constexpr std::array companions{"-journal", "-wal", "-shm"};

std::string prefix_of(const fs::path& path) {
    return "." + path.filename().string() + ".part-";
}

void remove_with_companions(const fs::path& file) {
    ::unlink(file.c_str());
    for (const char* suffix : companions)
        ::unlink((file.string() + suffix).c_str());
}

/// A living writer holds a lock on its file.
void remove_left_overs(const fs::path& path) {
    std::error_code error;
    const auto prefix = prefix_of(path);
    for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end;
         entry.increment(error)) {
        const auto name = entry->path().filename().string();
        if (!name.starts_with(prefix) || name.find('-', prefix.size()) != std::string::npos) continue;
        const unique_fd file{::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
        if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) remove_with_companions(entry->path());
    }
}

std::string random_name() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device source;
    std::uniform_int_distribution<std::size_t> choose(0, letters.size() - 1);
    std::string name(12, ' ');
    for (auto& each : name)
        each = letters[choose(source)];
    return name;
}

/// Gives `from` the name `to` unless that is taken (errno EEXIST).
bool rename_unless_taken(const char* from, const char* to) {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    if (::link(from, to) != 0) return false; // a file system that cannot do it in one call
    ::unlink(from);
    return true;
}

failure unwritable(const fs::path& path, const std::string& why) {
    return {errc::file_unwritable, path.string() + ": " + why};
}

/// The kernel's own links (/dev/stdout, /proc/self/fd/1) lead to what is open.
bool is_kernels(const fs::path& path) {
    const auto text = path.string();
    return text.starts_with("/dev/") || text.starts_with("/proc/");
}

failure unreadable(int error) {
    return {errc::file_unreadable, std::generic_category().message(error)};
}

failure strange(mode_t mode) {
    const auto* what = S_ISFIFO(mode)                   ? "a FIFO"
                       : S_ISSOCK(mode)                 ? "a socket"
                       : S_ISCHR(mode) || S_ISBLK(mode) ? "a device"
                                                        : "something else";
    return {errc::file_unreadable, std::string("is ") + what + ", not a regular file"};
}

} // namespace

failure output_file::failed(int error) const {
    const auto why = std::system_category().message(error);
    if (error == ENOSPC || error == EDQUOT) return {errc::store_full, path_.string() + ": " + why};
    return unwritable(path_, why);
}

result<output_file> output_file::open(const fs::path& path, const options& opts) {
    output_file out;
    std::error_code error;
    out.path_ = fs::absolute(path, error);
    if (error || !out.path_.has_filename()) return unwritable(path, "a file's name is needed");
    out.replace_ = opts.replace;
    struct stat there {};
    if (::lstat(out.path_.c_str(), &there) == 0) {
        const bool link = S_ISLNK(there.st_mode);
        if (!opts.special && !S_ISREG(there.st_mode))
            return unwritable(path, link ? "is a symbolic link" : "is no regular file");
        if (link && ::stat(out.path_.c_str(), &there) != 0)
            return unwritable(path, "is a symbolic link that leads nowhere");
        if (S_ISDIR(there.st_mode)) return unwritable(path, "is a folder");
        if (!S_ISREG(there.st_mode) || (link && is_kernels(out.path_))) {
            out.file_.reset(::open(out.path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
            if (!out.file_) return out.failed(errno);
            return out;
        }
        if (!opts.replace) return unwritable(path, "is there already");
        if (link) out.path_ = fs::canonical(out.path_, error);
        if (error) return unwritable(path, error.message());
    }
    remove_left_overs(out.path_);
    if (auto made = out.make_working_file(opts.mode); !made) return made.error();
    if (::fchmod(out.file_.get(), opts.mode) != 0) return out.failed(errno);
    return out;
}

result<void> output_file::make_working_file(mode_t mode) {
    // Until it is locked, another writer may take it for a left-over.
    struct stat made {};
    do {
        working_ = path_.parent_path() / (prefix_of(path_) + random_name());
        file_.reset(::open(working_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
        if (!file_) {
            const int why = errno;
            working_.clear();
            return failed(why);
        }
        while (::flock(file_.get(), LOCK_EX) != 0 && errno == EINTR) {
        }
        if (::fstat(file_.get(), &made) != 0) return failed(errno);
    } while (made.st_nlink == 0);
    return {};
}

output_file::~output_file() {
    if (file_ && !committed_ && !working_.empty()) remove_with_companions(working_);
}

result<void> output_file::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed(errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

result<void> output_file::commit() {
    if (straight()) return {};
    if (::fsync(file_.get()) != 0) return failed(errno);
    const bool named = replace_ ? std::rename(working_.c_str(), path_.c_str()) == 0
                                : rename_unless_taken(working_.c_str(), path_.c_str());
    if (!named) {
        if (errno == EEXIST) return unwritable(path_, "is there already");
        return failed(errno);
    }
    committed_ = true;
    const unique_fd folder{::open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (folder) (void)::fsync(folder.get()); // EINVAL: a file system that does not need it
    return {};
}

result<void> write_file(const fs::path& path, std::string_view bytes, const output_file::options& opts) {
    auto file = output_file::open(path, opts);
    if (!file) return file.error();
    if (auto written = file->write(bytes); !written) return written;
    return file->commit();
}

result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes) {
    // A FIFO without a writer, or a device, must not block: neither the open nor the read.
    const unique_fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) return errno == ENXIO ? strange(S_IFSOCK) : unreadable(errno);
    struct stat about {};
    if (::fstat(fd.get(), &about) != 0) return unreadable(errno);
    if (S_ISDIR(about.st_mode)) return unreadable(EISDIR);
    if (!S_ISREG(about.st_mode)) return strange(about.st_mode);
    std::string content;
    char buffer[16 * 1024];
    for (;;) {
        const auto n = ::read(fd.get(), buffer, std::min(sizeof buffer, max_bytes + 1 - content.size()));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return unreadable(errno);
        if (n == 0) return content;
        content.append(buffer, static_cast<std::size_t>(n));
        if (content.size() > max_bytes)
            return failure{errc::file_unreadable, "larger than " + std::to_string(max_bytes) + " bytes"};
    }
}

} // namespace webhookd::files
