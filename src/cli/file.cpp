#include "cli/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace webhookd::cli {
namespace {

class descriptor {
public:
    explicit descriptor(int fd)
        : fd_{fd} {}
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

result<std::string> read_stream(std::istream& in, std::size_t cap, const std::string& name) {
    std::string bytes;
    char piece[16 * 1024];
    while (in.read(piece, sizeof piece) || in.gcount() > 0) {
        bytes.append(piece, static_cast<std::size_t>(in.gcount()));
        if (bytes.size() > cap)
            return failure{errc::file_unreadable, name + ": more than " + std::to_string(cap) + " bytes"};
    }
    if (in.bad()) return failure{errc::file_unreadable, name + ": reading failed"};
    return bytes;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// Gives `from` the name `to` unless that is taken (errno EEXIST).
bool rename_unless_there(const char* from, const char* to) {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    if (::link(from, to) != 0) return false; // a file system that cannot do it in one call
    ::unlink(from);
    return true;
}

} // namespace

result<std::string> read_input(const std::string& path, std::istream& in, std::size_t cap) {
    if (path == "-") return read_stream(in, cap, "standard input");
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return failure{errc::file_unreadable, path + ": is a directory"};
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    if (!file) return failure{errc::file_unreadable, path + ": " + std::strerror(errno)};
    return read_stream(file, cap, path);
}

result<void> write_whole_file(const std::string& path, std::string_view bytes, mode_t mode, bool replace) {
    const auto failed = [&](int error) {
        return failure{errc::file_unwritable, path + ": " + std::strerror(error)};
    };
    const auto partial = path + ".part" + std::to_string(::getpid());
    ::unlink(partial.c_str()); // left by a process that had our number and died
    const descriptor file{
        ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)};
    if (file.get() < 0) return failed(errno);

    const bool named = ::fchmod(file.get(), mode) == 0 && write_all(file.get(), bytes) &&
                       ::fsync(file.get()) == 0 &&
                       (replace ? ::rename(partial.c_str(), path.c_str()) == 0
                                : rename_unless_there(partial.c_str(), path.c_str()));
    if (!named) {
        const int error = errno;
        ::unlink(partial.c_str());
        return failed(error);
    }
    const auto folder = std::filesystem::path{path}.parent_path();
    const descriptor parent{
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (parent.get() >= 0) ::fsync(parent.get());
    return {};
}

} // namespace webhookd::cli
