#include "signature/json_form.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace webhookd::signature {
namespace {

constexpr std::size_t deepest = 64;
constexpr std::string_view hex = "0123456789abcdef";

void append_code_unit(std::string& out, std::uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += hex[unit >> shift & 15];
}

/// Takes one character off valid UTF-8 that does not begin with ASCII.
std::uint32_t take_code_point(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length && i < text.size(); ++i)
        code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
    text.remove_prefix(std::min(length, text.size()));
    return code;
}

void append_escaped(std::string& out, std::string_view text) {
    const auto code = take_code_point(text);
    if (code < 0x10000) return append_code_unit(out, code);
    append_code_unit(out, 0xd800 + ((code - 0x10000) >> 10));
    append_code_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

std::string javascript_number(std::string_view digits) {
    double value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const double size = std::fabs(value);
    // Outside these bounds JavaScript writes exponents or zeros for lost digits; no envelope carries such a
    // number.
    if (read.ec != std::errc{} || (size != 0 && size < 1e-6) || size >= 9007199254740992.0)
        return std::string{digits};
    char text[64];
    const auto written =
        std::to_chars(text, text + sizeof text, value == 0 ? 0 : value, std::chars_format::fixed);
    return {text, written.ptr};
}

/// Receives RapidJSON's events and writes them in a style.
class writer {
public:
    using Ch = char;
    explicit writer(const json_style& style)
        : style_{style} {}

    bool Null() { return scalar("null"); }
    bool Bool(bool value) { return scalar(value ? "true" : "false"); }
    // With numbers as strings these are never called, but the reader's template names them.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }
    bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
        const std::string_view text{digits, length};
        return style_.javascript_numbers ? scalar(javascript_number(text)) : scalar(text);
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        before_value();
        quoted({text, length});
        return true;
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        next_member();
        quoted({text, length});
        out_ += style_.colon;
        after_key_ = true;
        return true;
    }
    bool StartObject() { return open('{'); }
    bool EndObject(rapidjson::SizeType count) { return close('}', count); }
    bool StartArray() { return open('['); }
    bool EndArray(rapidjson::SizeType count) { return close(']', count); }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    struct level {
        bool object;
        bool members = false;
    };

    void line() {
        if (style_.indent.empty()) return;
        out_ += '\n';
        for (const auto& open_level : levels_)
            if (open_level.object || !style_.inline_arrays) out_ += style_.indent;
    }
    void next_member() {
        if (levels_.empty()) return;
        auto& parent = levels_.back();
        if (parent.members) out_ += style_.comma;
        parent.members = true;
        if (style_.inline_arrays && !parent.object)
            out_ += ' ';
        else
            line();
    }
    void before_value() {
        if (!after_key_) next_member();
        after_key_ = false;
    }
    bool scalar(std::string_view text) {
        before_value();
        out_ += text;
        return true;
    }
    bool open(char bracket) {
        before_value();
        out_ += bracket;
        levels_.push_back({.object = bracket == '{'});
        return levels_.size() <= deepest;
    }
    bool close(char bracket, rapidjson::SizeType count) {
        levels_.pop_back();
        if (style_.inline_arrays && (count == 0 || bracket == ']'))
            out_ += ' ';
        else if (count != 0)
            line();
        out_ += bracket;
        return true;
    }
    void quoted(std::string_view text) {
        out_ += '"';
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            const auto byte = static_cast<unsigned char>(c);
            constexpr std::string_view special = "\"\\\b\f\n\r\t";
            constexpr std::string_view letters = "\"\\bfnrt";
            if (const auto known = special.find(c); known != std::string_view::npos) {
                out_ += '\\';
                out_ += letters[known];
            } else if (byte < 0x20) {
                append_code_unit(out_, byte);
            } else if (c == '/' && style_.escape_slashes) {
                out_ += "\\/";
            } else if (byte >= 0xc0 && style_.ascii_only) {
                append_escaped(out_, text.substr(i));
            } else if (byte < 0x80 || !style_.ascii_only) {
                out_ += c;
            }
        }
        out_ += '"';
    }

    json_style style_;
    std::string out_;
    std::vector<level> levels_; // the open objects and arrays
    bool after_key_ = false;
};

} // namespace

std::optional<std::string> write_json(std::string_view text, const json_style& style) {
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                               rapidjson::kParseNumbersAsStringsFlag;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    rapidjson::MemoryStream bytes{text.data(), text.size()};
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream{bytes};
    rapidjson::Reader reader;
    writer out{style};
    if (reader.Parse<flags>(stream, out).IsError()) return std::nullopt;
    return out.take();
}

} // namespace webhookd::signature
