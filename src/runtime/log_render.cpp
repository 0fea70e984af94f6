#include <webhookd/runtime/log.hpp>

#include <fmt/format.h>

#include <algorithm>
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

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_sequence(text);
        if (length == 0) {
            out += "\\ufffd";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
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
        fmt::format_to(std::back_inserter(out), "{} {:<7} {}", to_rfc3339(time), to_string(l), message);
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
