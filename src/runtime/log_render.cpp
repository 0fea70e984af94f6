#include <webhookd/runtime/log.hpp>
#include <webhookd/text/printable.hpp>
#include <webhookd/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace webhookd::log {

namespace {

void append_shown(std::string& out, std::string_view text, std::string_view escaped) {
    while (!text.empty()) {
        const auto next = text::take_character(text);
        if (!next.code) {
            out += "\\ufffd";
        } else if (*next.code == '\n') {
            out += "\\n";
        } else if (!text::is_visible(*next.code)) {
            text::append_json_escape(out, *next.code);
        } else {
            if (escaped.find(next.bytes) != std::string_view::npos) out += '\\';
            out += next.bytes;
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
