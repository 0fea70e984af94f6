#include "config/source_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace webhookd::config {
namespace {

/// How many bytes the UTF-8 character at the start of `text` has; 0 when there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                               : (lead & 0xf0) == 0xe0        ? 3
                               : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                              : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f)) return 0;
    if ((lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f)) return 0;
    return length;
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

std::optional<yaml_mistake> find_bad_byte(std::string_view text) {
    place at{1, 1};
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<std::uint8_t>(text[i]);
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return yaml_mistake{at, "a control character that YAML does not allow"};
        const auto length = utf8_length(text.substr(i));
        if (length == 0) return yaml_mistake{at, "not UTF-8; save the file in that encoding"};
        i += length;
        at = c == '\n' ? place{at.line + 1, 1} : place{at.line, at.column + static_cast<int>(length)};
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
