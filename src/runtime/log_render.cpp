#include <webhookd/runtime/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace webhookd::log {

namespace {

/// Length of the well-formed UTF-8 sequence at the front of `text`, 0 when there is none (RFC 3629 §4).
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) > 0x9F;
        return !overlong && !surrogate && continues(1) && continues(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90;
        const bool beyond = first == 0xF4 && byte(1) > 0x8F;
        return !overlong && !beyond && continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

/// What has no shape of its own, and what a terminal or a viewer obeys instead of showing it: control
/// characters (C1 too: U+009B begins what ESC [ begins), separators of lines, what turns the direction of
/// writing, what is invisible, and what Unicode calls no character.
bool shows(std::uint32_t c) {
    struct range {
        std::uint32_t first;
        std::uint32_t last;
    };
    constexpr std::array<range, 13> hidden{{{0x00, 0x1f},
                                            {0x7f, 0x9f},
                                            {0xad, 0xad},
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
    return (c & 0xfffe) != 0xfffe && std::none_of(hidden.begin(), hidden.end(), [c](const range& r) {
               return c >= r.first && c <= r.last;
           });
}

/// Of a well-formed sequence.
std::uint32_t code_point(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(sequence[i])}; };
    if (sequence.size() == 1) return byte(0);
    std::uint32_t c = byte(0) & (0x7fU >> sequence.size());
    for (std::size_t i = 1; i < sequence.size(); ++i)
        c = c << 6 | (byte(i) & 0x3fU);
    return c;
}

/// As JSON has it: what lies beyond 16 bits is two.
void append_escape(std::string& out, std::uint32_t c) {
    auto to = std::back_inserter(out);
    if (c == '\n')
        out += "\\n";
    else if (c < 0x10000)
        fmt::format_to(to, "\\u{:04x}", c);
    else
        fmt::format_to(to, "\\u{:04x}\\u{:04x}", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
}

void append_shown(std::string& out, std::string_view text, std::string_view escaped) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(sequence.size());
        if (length == 0) {
            out += "\\ufffd";
        } else if (const auto c = code_point(sequence); !shows(c)) {
            append_escape(out, c);
        } else {
            if (escaped.find(sequence) != std::string_view::npos) out += '\\';
            out += sequence;
        }
    }
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_shown(out, text, "\"\\");
    out += '"';
}

bool plain_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
    });
}

struct append_value {
    std::string& out;
    bool bare_words; ///< text that needs no quotes goes without

    void operator()(std::string_view v) const {
        if (bare_words && plain_word(v))
            out += v;
        else
            append_json_string(out, v);
    }
    void operator()(bool v) const { out += v ? "true" : "false"; }
    void operator()(double v) const { fmt::format_to(std::back_inserter(out), "{:.3f}", v); }
    void operator()(std::integral auto v) const { fmt::format_to(std::back_inserter(out), "{}", v); }
};

} // namespace

std::string_view to_string(level l) noexcept {
    switch (l) {
    case level::trace:
        return "trace";
    case level::debug:
        return "debug";
    case level::info:
        return "info";
    case level::warning:
        return "warning";
    case level::error:
        return "error";
    }
    return "info";
}

std::string_view journal_priority(level l) noexcept {
    switch (l) {
    case level::trace:
    case level::debug:
        return "<7>";
    case level::info:
        return "<6>";
    case level::warning:
        return "<4>";
    case level::error:
        return "<3>";
    }
    return "<6>";
}

std::string render(format f, timestamp time, level l, std::string_view message,
                   std::span<const field> fields) {
    std::string out;
    out.reserve(128 + fields.size() * 32);
    if (f == format::json) {
        out += "{\"time\":\"" + to_rfc3339(time) + "\",\"level\":\"";
        out += to_string(l);
        out += "\",\"message\":";
        append_json_string(out, message);
        for (const auto& each : fields) {
            out += ',';
            append_json_string(out, each.key);
            out += ':';
            std::visit(append_value{out, false}, each.value);
        }
        out += '}';
    } else {
        fmt::format_to(std::back_inserter(out), "{} {:<7} ", to_rfc3339(time), to_string(l));
        append_shown(out, message, {});
        for (const auto& each : fields) {
            out += ' ';
            out += each.key;
            out += '=';
            std::visit(append_value{out, true}, each.value);
        }
    }
    return out;
}

} // namespace webhookd::log
