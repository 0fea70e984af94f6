#include <webhookd/text/encoding.hpp>
#include <webhookd/text/printable.hpp>
#include <webhookd/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace webhookd::text {
namespace {

struct range {
    char32_t first;
    char32_t last;
};

bool is_in(std::span<const range> ranges, char32_t c) noexcept {
    return std::any_of(ranges.begin(), ranges.end(),
                       [c](const range& r) { return c >= r.first && c <= r.last; });
}

/// What would break a row of a table, or show its cells in another order.
bool moves_text(char32_t c) noexcept {
    constexpr std::array<range, 4> movers{
        {{0x61c, 0x61c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}}};
    return is_control(c) || is_in(movers, c);
}

void append_code_unit(std::string& out, unsigned unit, std::string_view hex_digits) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += hex_digits[unit >> shift & 15];
}

std::string byte_escapes(std::string_view bytes) {
    std::string out;
    for (const char& c : bytes)
        (out += "\\x") += to_hex({&c, 1});
    return out;
}

/// Whether the bytes could be the beginning of a character whose rest was cut off.
bool is_begun_character(std::string_view bytes) {
    constexpr std::size_t longest_character = 4;
    const auto lead = static_cast<unsigned char>(bytes.front());
    if (bytes.size() >= longest_character || lead < 0xc2 || lead > 0xf4) return false;
    return std::all_of(bytes.begin() + 1, bytes.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
}

} // namespace

bool is_control(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

bool is_visible(char32_t c) noexcept {
    constexpr std::array<range, 11> hidden{{{0xad, 0xad},
                                            {0x61c, 0x61c},
                                            {0x180e, 0x180e},
                                            {0x200b, 0x200f},
                                            {0x2028, 0x202e},
                                            {0x2060, 0x206f},
                                            {0xfdd0, 0xfdef},
                                            {0xfeff, 0xfeff},
                                            {0xfff9, 0xfffb},
                                            {0x1d173, 0x1d17a},
                                            {0xe0000, 0xe0fff}}};
    return !is_control(c) && (c & 0xfffe) != 0xfffe && !is_in(hidden, c);
}

void append_json_escape(std::string& out, char32_t c, std::string_view hex_digits) {
    if (c < 0x10000) return append_code_unit(out, c, hex_digits);
    append_code_unit(out, 0xd800 + ((c - 0x10000) >> 10), hex_digits);
    append_code_unit(out, 0xdc00 + (c & 0x3ff), hex_digits);
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto next = take_character(text);
        if (!next.code || moves_text(*next.code))
            shown += '?';
        else
            shown += next.bytes;
    }
    return shown;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string out = "\"";
    for (std::size_t used = 0; !text.empty();) {
        if (used >= longest) {
            out += "...";
            break;
        }
        const auto next = take_character(text);
        used += next.bytes.size();
        if (!next.code || is_control(*next.code))
            out += '?';
        else
            out += next.bytes;
    }
    return out + '"';
}

std::string safe_json(std::string_view json) {
    std::string shown;
    while (!json.empty()) {
        const auto next = take_character(json);
        // JSON has none below a blank within a text, and line breaks between its members.
        if (!next.code)
            shown += "\\ufffd";
        else if (*next.code >= 0x20 && moves_text(*next.code))
            append_json_escape(shown, *next.code);
        else
            shown += next.bytes;
    }
    return shown;
}

std::string to_output_text(std::string_view bytes, std::size_t most, bool cut) {
    std::string out;
    while (!bytes.empty()) {
        const auto rest = bytes;
        const auto next = take_character(bytes);
        if (!next.code && cut && is_begun_character(rest)) break;
        const bool plain = next.code && (!is_control(*next.code) || *next.code == '\t' || *next.code == '\n');
        const auto shown = plain ? std::string(next.bytes) : byte_escapes(next.bytes);
        if (out.size() + shown.size() > most) break;
        out += shown;
    }
    return out;
}

} // namespace webhookd::text
