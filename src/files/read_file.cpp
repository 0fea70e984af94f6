#include <webhookd/files/file.hpp>
#include <webhookd/files/unique_fd.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace webhookd::files {
namespace {

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
