#include "config/source_text.hpp"

#include <webhookd/text/utf8.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace webhookd::config {
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

std::optional<yaml_mistake> find_bad_byte(std::string_view text) {
    place at{1, 1};
    while (!text.empty()) {
        const auto next = webhookd::text::take_character(text);
        if (!next.code) return yaml_mistake{at, "not UTF-8; save the file in that encoding"};
        const auto c = *next.code;
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return yaml_mistake{at, "a control character that YAML does not allow"};
        at = c == '\n' ? place{at.line + 1, 1}
                       : place{at.line, at.column + static_cast<int>(next.bytes.size())};
    }
    return std::nullopt;
}

result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes) {
    // A FIFO without a writer, or a device, must not hold anybody up: not at the open, not at the read.
    const int fd = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return errno == ENXIO ? strange(S_IFSOCK) : unreadable(errno);
    struct stat about {};
    if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        ::close(fd);
        return S_ISDIR(about.st_mode) ? unreadable(EISDIR) : strange(about.st_mode);
    }
    std::string content;
    char buffer[16 * 1024];
    for (;;) {
        const auto n = ::read(fd, buffer, std::min(sizeof buffer, max_bytes + 1 - content.size()));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || content.size() + static_cast<std::size_t>(n) > max_bytes) {
            const int error = errno;
            ::close(fd);
            if (n == 0) return content;
            if (n < 0) return unreadable(error);
            return failure{errc::file_unreadable, "larger than " + std::to_string(max_bytes) + " bytes"};
        }
        content.append(buffer, static_cast<std::size_t>(n));
    }
}

} // namespace webhookd::config
