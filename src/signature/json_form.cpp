#include <webhookd/event/json_text.hpp>
#include <webhookd/event/number.hpp>
#include <webhookd/text/printable.hpp>
#include <webhookd/text/utf8.hpp>

#include "signature/json.hpp"
#include "signature/likely_mistakes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace webhookd::signature {
namespace {

using rapidjson::Value;

constexpr std::size_t deepest = 64;

std::string javascript_number(const Value& number) {
    const auto value = event::nearest_double(number);
    if (!value) return "null"; // beyond the range of doubles it is infinite, which JSON does not have
    const double size = std::fabs(*value);
    // Outside these bounds JavaScript writes exponents or zeros for lost digits; no envelope carries such a
    // number.
    if ((size != 0 && size < 1e-6) || size >= 9007199254740992.0)
        return std::string{event::number_text{number}.view()};
    char text[64];
    const auto written =
        std::to_chars(text, text + sizeof text, size == 0 ? 0 : *value, std::chars_format::fixed);
    return {text, written.ptr};
}

class json_writer {
public:
    explicit json_writer(const json_style& style)
        : style_{style} {}

    void write(const Value& value) {
        switch (value.GetType()) {
        case rapidjson::kObjectType:
            return write_object(value);
        case rapidjson::kArrayType:
            return write_array(value);
        case rapidjson::kStringType:
            return write_text(json::view(value));
        case rapidjson::kNumberType:
            out_ += style_.javascript_numbers ? javascript_number(value)
                                              : std::string{event::number_text{value}.view()};
            return;
        case rapidjson::kTrueType:
            out_ += "true";
            return;
        case rapidjson::kFalseType:
            out_ += "false";
            return;
        case rapidjson::kNullType:
            out_ += "null";
            return;
        }
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void write_object(const Value& object) {
        std::vector<const Value::Member*> members;
        members.reserve(object.MemberCount());
        for (const auto& member : object.GetObject())
            members.push_back(&member);
        if (style_.sorted)
            std::stable_sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
                return json::view(a->name) < json::view(b->name);
            });
        out_ += '{';
        ++indents_;
        for (const auto* member : members) {
            if (member != members.front()) out_ += style_.comma;
            break_line();
            write_text(json::view(member->name));
            out_ += style_.colon;
            write(member->value);
        }
        --indents_;
        if (!members.empty())
            break_line();
        else if (style_.inline_arrays)
            out_ += ' ';
        out_ += '}';
    }

    void write_array(const Value& array) {
        const auto begin_item = [this] {
            if (style_.inline_arrays)
                out_ += ' ';
            else
                break_line();
        };
        out_ += '[';
        if (!style_.inline_arrays) ++indents_;
        for (const auto& item : array.GetArray()) {
            if (&item != array.Begin()) out_ += style_.comma;
            begin_item();
            write(item);
        }
        if (!style_.inline_arrays) --indents_;
        if (!array.Empty() || style_.inline_arrays) begin_item();
        out_ += ']';
    }

    void break_line() {
        if (style_.indent.empty()) return;
        out_ += '\n';
        for (std::size_t i = 0; i < indents_; ++i)
            out_ += style_.indent;
    }

    void write_text(std::string_view text) {
        out_ += '"';
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            const auto byte = static_cast<unsigned char>(c);
            constexpr std::string_view special = "\"\\\b\f\n\r\t";
            constexpr std::string_view letters = "\"\\bfnrt";
            const auto known = special.find(c);
            const bool by_number = style_.escaped.find(c) != std::string_view::npos;
            if (known != std::string_view::npos && !by_number) {
                out_ += '\\';
                out_ += letters[known];
            } else if (by_number || byte < 0x20) {
                append_escape(byte);
            } else if (c == '/' && style_.escape_slashes) {
                out_ += "\\/";
            } else if (byte >= 0xc0 && style_.ascii_only) {
                auto rest = text.substr(i); // valid UTF-8
                append_escape(text::take_character(rest).code.value_or(U'\ufffd'));
            } else if (byte < 0x80 || !style_.ascii_only) {
                out_ += c;
            }
        }
        out_ += '"';
    }

    void append_escape(char32_t c) {
        text::append_json_escape(out_, c, style_.uppercase_hex ? text::upper_hex : text::lower_hex);
    }

    json_style style_;
    std::string out_;
    std::size_t indents_ = 0;
};

bool nests_deeper(const Value& value, std::size_t levels) {
    const auto below = [levels](const Value& inner) { return nests_deeper(inner, levels - 1); };
    if (value.IsObject())
        return levels == 0 || std::any_of(value.MemberBegin(), value.MemberEnd(),
                                          [&](const auto& member) { return below(member.value); });
    return value.IsArray() && (levels == 0 || std::any_of(value.Begin(), value.End(), below));
}

} // namespace

std::optional<rapidjson::Document> read_json(std::string_view text) {
    std::optional<rapidjson::Document> document(std::in_place);
    // What nests deeper still is read as null.
    if (!event::parse_json(text, {.depth = deepest + 1}, *document) || nests_deeper(*document, deepest))
        document.reset();
    return document;
}

std::string write_json(const rapidjson::Value& value, const json_style& style) {
    json_writer writer{style};
    writer.write(value);
    return writer.take();
}

} // namespace webhookd::signature
