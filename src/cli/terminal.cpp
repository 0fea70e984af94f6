#include "cli/terminal.hpp"

#include <webhookd/text/utf8.hpp>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace webhookd::cli {
namespace {

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

constexpr std::string_view plain = "\x1b[0m";

bool says(const char* name, std::string_view value) {
    const char* is = std::getenv(name);
    return is != nullptr && is == value;
}

bool is_set(const char* name) {
    return std::getenv(name) != nullptr && !says(name, "");
}

/// Takes the first character off well-formed UTF-8.
char32_t next_character(std::string_view& text) {
    return text::take_character(text).code.value_or(U'\ufffd');
}

/// The C library knows widths in a locale of Unicode only, and the user's may be another.
class unicode {
public:
    unicode()
        : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr))
        , before_(locale_ == nullptr ? nullptr : ::uselocale(locale_)) {}
    ~unicode() {
        if (locale_ == nullptr) return;
        ::uselocale(before_);
        ::freelocale(locale_);
    }
    unicode(const unicode&) = delete;
    unicode& operator=(const unicode&) = delete;

    /// One for what nobody knows.
    [[nodiscard]] std::size_t width_of(char32_t c) const {
        const int width = c < 0x80 || locale_ == nullptr ? 1 : ::wcwidth(static_cast<wchar_t>(c));
        return width < 0 ? 1 : static_cast<std::size_t>(width);
    }

private:
    ::locale_t locale_;
    ::locale_t before_;
};

using namespace std::chrono_literals;

constexpr auto between_shows = 200ms;
constexpr std::size_t progress_width = 30;
constexpr double mebibyte = 1024.0 * 1024.0;

} // namespace

console console::standard() {
    return {std::cin, std::cout, std::cerr};
}

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

bool is_terminal(std::FILE* stream) {
    return ::isatty(::fileno(stream)) == 1;
}

text_style style_of(std::FILE* stream) {
    if (!is_terminal(stream)) return {};
    ::winsize size{};
    const bool known = ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0;
    return {!is_set("NO_COLOR") && !says("TERM", "dumb"), known ? size.ws_col : std::size_t{0}};
}

std::size_t display_width(std::string_view text) {
    const unicode characters;
    std::size_t width = 0;
    while (!text.empty())
        width += characters.width_of(next_character(text));
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    const unicode characters;
    auto rest = text;
    std::size_t kept = 0;
    for (std::size_t used = 1; !rest.empty();) { // one for the ellipsis
        used += characters.width_of(next_character(rest));
        if (used > width) break;
        kept = text.size() - rest.size();
    }
    return std::string(text.substr(0, kept)) + "…";
}

std::string painted_title(std::string_view text, bool coloured) {
    if (!coloured) return std::string(text);
    return std::string("\x1b[1m").append(text).append(plain);
}

std::string painted(std::string_view title, std::string_view text, bool coloured) {
    std::string_view colour;
    if (coloured && (title == "state" || title == "circuit")) {
        // An action that is open is well, a circuit that is open is not.
        const bool circuit = title == "circuit";
        if (text == "successful" || (circuit && text == "closed")) colour = "\x1b[32m";
        if (text == "failed" || (circuit && text == "open")) colour = "\x1b[31m";
        if (text == "pending" || text == "half-open") colour = "\x1b[33m";
    }
    if (colour.empty()) return std::string(text);
    return std::string(colour).append(text).append(plain);
}

std::string bar(std::int64_t part, std::int64_t whole, std::size_t width) {
    if (part <= 0 || whole <= 0) return {};
    constexpr std::string_view fractions[]{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto share = static_cast<double>(part) / static_cast<double>(whole);
    const auto eighths =
        static_cast<std::size_t>(std::lround(std::min(share, 1.0) * 8.0 * static_cast<double>(width)));
    std::string blocks;
    for (std::size_t full = eighths / 8; full > 0; --full)
        blocks += "█";
    return blocks.append(eighths == 0 ? fractions[1] : fractions[eighths % 8]);
}

progress::progress(bool visible, std::int64_t lines)
    : visible_(visible)
    , expected_(std::max<std::int64_t>(lines, 1)) {}

void progress::add(std::uint64_t bytes, std::int64_t lines) {
    bytes_ += bytes;
    lines_ += lines;
    if (const auto now = clock::now(); visible_ && now - shown_ >= between_shows) show(now);
}

void progress::finish() {
    if (!visible_) return;
    show(clock::now());
    fmt::print(stderr, "\n");
}

void progress::show(clock::time_point now) {
    shown_ = now;
    const double seconds = std::max(std::chrono::duration<double>(now - begin_).count(), 0.001);
    const auto share = std::min(1.0, static_cast<double>(lines_) / static_cast<double>(expected_));
    const auto filled = static_cast<std::size_t>(share * progress_width);
    fmt::print(stderr, "\r[{}{}] {:3.0f} %  {} lines  {:.1f} MiB  {:.0f}/s   ", std::string(filled, '#'),
               std::string(progress_width - filled, ' '), share * 100, lines_,
               static_cast<double>(bytes_) / mebibyte, static_cast<double>(lines_) / seconds);
    std::fflush(stderr);
}

} // namespace webhookd::cli
