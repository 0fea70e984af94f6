#include "signature/json.hpp"
#include "signature/likely_mistakes.hpp"

#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace webhookd::signature {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view raw_bytes =
    " Verify the raw bytes as received, before any parser, framework or editor sees them.";

struct named_style {
    json_style style;
    std::string_view name;
};

constexpr std::string_view dotnet = "\"&'+<>`";

const std::array<named_style, 16> styles{{
    {{.indent = "", .colon = ":", .comma = ","}, "compact"},
    {{.indent = "", .colon = ": ", .comma = ", "},
     "compact with blanks after colons and commas, as Python writes it"},
    {{.indent = "  ", .colon = ": ", .comma = ","}, "indented by two"},
    {{.indent = "    ", .colon = ": ", .comma = ","}, "indented by four"},
    {{.indent = "\t", .colon = ": ", .comma = ","}, "indented by tabs"},
    {{.indent = "  ", .colon = " : ", .comma = ",", .inline_arrays = true}, "indented as Jackson writes it"},
    {{.indent = "", .colon = ":", .comma = ",", .ascii_only = true},
     "compact with non-ASCII characters escaped"},
    {{.indent = "", .colon = ": ", .comma = ", ", .ascii_only = true},
     "as Python writes it, non-ASCII characters escaped"},
    {{.indent = "  ", .colon = ": ", .comma = ",", .ascii_only = true},
     "indented by two with non-ASCII characters escaped"},
    {{.indent = "    ", .colon = ": ", .comma = ",", .ascii_only = true},
     "indented by four with non-ASCII characters escaped"},
    {{.indent = "", .colon = ":", .comma = ",", .ascii_only = true, .escape_slashes = true},
     "compact with slashes and non-ASCII characters escaped, as PHP writes it"},
    {{.indent = "", .colon = ":", .comma = ",", .escape_slashes = true},
     "compact with slashes escaped, as PHP writes it"},
    {{.indent = "    ", .colon = ": ", .comma = ",", .ascii_only = true, .escape_slashes = true},
     "indented by four with slashes and non-ASCII characters escaped, as PHP writes it"},
    {{.indent = "", .colon = ":", .comma = ",", .escaped = "<>&"},
     "compact with <, > and & escaped, as Go writes it"},
    {{.indent = "", .colon = ":", .comma = ",", .ascii_only = true, .escaped = dotnet, .uppercase_hex = true},
     "compact with quotes, signs and non-ASCII characters escaped, as .NET writes it"},
    {{.indent = "  ",
      .colon = ": ",
      .comma = ",",
      .ascii_only = true,
      .escaped = dotnet,
      .uppercase_hex = true},
     "indented with quotes, signs and non-ASCII characters escaped, as .NET writes it"},
}};

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    for (std::size_t at = 0;;) {
        const auto next = text.find(from, at);
        out += text.substr(at, next - at);
        if (next == std::string_view::npos) return out;
        out += to;
        at = next + from.size();
    }
}

class form_collector {
public:
    explicit form_collector(const body_form_visitor& visit)
        : visit_{visit} {}

    void add(std::string_view bytes, std::string_view finding) {
        // Two forms with the same hash are the same for all that matters here.
        if (!seen_.insert(std::hash<std::string_view>{}(bytes)).second) return;
        visit_(bytes, finding.empty() ? std::string{} : std::string{finding} + std::string{raw_bytes});
    }

private:
    const body_form_visitor& visit_;
    std::unordered_set<std::size_t> seen_;
};

std::string both(std::string_view first, std::string_view second) {
    return std::string{first} + (first.empty() || second.empty() ? "" : " ") + std::string{second};
}

void add_ends(form_collector& forms, std::string_view body, std::string_view before) {
    const auto add = [&](std::string_view bytes, std::string_view told) {
        forms.add(bytes, both(before, told));
    };
    const auto without_end = [&](std::size_t count) { return body.substr(0, body.size() - count); };
    add(body, {});
    if (body.ends_with("\r\n")) add(without_end(2), "The body gained a final line break (CR LF).");
    if (body.ends_with('\n')) add(without_end(1), "The body gained a final line break.");
    add(std::string{body} + "\n", "The body lost its final line break.");
    add(std::string{body} + "\r\n", "The body lost its final line break (CR LF).");

    auto trimmed = body.substr(0, body.find_last_not_of(white_space) + 1);
    add(trimmed, "The body gained blanks at its end.");
    trimmed.remove_prefix(std::min(trimmed.find_first_not_of(white_space), trimmed.size()));
    add(trimmed, "The body gained blanks at its beginning.");
}

void add_lines(form_collector& forms, std::string_view body, std::string_view before) {
    add_ends(forms, body, before);
    const auto unix_lines = replace_all(body, "\r\n", "\n");
    add_ends(forms, unix_lines, both(before, "The line ends of the body were changed from LF to CR LF."));
    add_ends(forms, replace_all(unix_lines, "\n", "\r\n"),
             both(before, "The line ends of the body were changed from CR LF to LF."));
}

std::string_view without_mark(std::string_view body) {
    return body.starts_with(byte_order_mark) ? body.substr(byte_order_mark.size()) : body;
}

/// nullopt for what does not begin with a byte order mark of UTF-16.
std::optional<std::string> from_utf16(std::string_view text) {
    const bool little = text.starts_with("\xff\xfe");
    if (!little && !text.starts_with("\xfe\xff")) return std::nullopt;
    const auto unit_at = [&](std::size_t i) {
        const auto first = static_cast<unsigned char>(text[i]),
                   second = static_cast<unsigned char>(text[i + 1]);
        return static_cast<unsigned>(little ? first | second << 8 : first << 8 | second);
    };
    rapidjson::StringBuffer utf8;
    for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
        auto code = unit_at(i);
        if (code >= 0xd800 && code < 0xdc00 && i + 3 < text.size()) {
            code = 0x10000 + ((code - 0xd800) << 10) + ((unit_at(i + 2) - 0xdc00) & 0x3ff);
            i += 2;
        }
        rapidjson::UTF8<>::Encode(utf8, code);
    }
    return std::string{utf8.GetString(), utf8.GetSize()};
}

void add_edges(form_collector& forms, std::string_view body) {
    add_lines(forms, body, {});
    if (body.starts_with(byte_order_mark))
        add_lines(forms, without_mark(body), "The body gained a byte order mark.");
    else
        add_lines(forms, std::string{byte_order_mark}.append(body), "The body lost its byte order mark.");
}

void add_json(form_collector& forms, std::string_view body) {
    const auto read = read_json(without_mark(body));
    if (!read) return;
    for (auto [style, name] : styles) {
        for (const bool sorted : {false, true}) {
            for (const bool round_numbers : {false, true}) {
                style.sorted = sorted;
                style.javascript_numbers = round_numbers;
                auto written = write_json(*read, style);
                const std::string finding = "The signed JSON was " + std::string{name} +
                                            (sorted ? " with its members sorted by name" : "") +
                                            (round_numbers ? " with numbers as JavaScript writes them" : "") +
                                            ", this body is not: it was parsed and serialised again on the "
                                            "way, or before it was signed.";
                forms.add(written, finding);
                forms.add(written += '\n', finding);
            }
        }
    }
}

/// Counts objects of more than two members; nullopt where one is not sorted.
std::optional<std::size_t> count_sorted(const rapidjson::Value& value) {
    std::size_t large = 0;
    const auto add = [&large](const rapidjson::Value& inner) {
        const auto more = count_sorted(inner);
        large += more.value_or(0);
        return more.has_value();
    };
    if (value.IsArray())
        return std::all_of(value.Begin(), value.End(), add) ? std::optional{large} : std::nullopt;
    if (!value.IsObject()) return large;
    const auto by_name = [](const auto& a, const auto& b) { return json::view(a.name) < json::view(b.name); };
    if (!std::is_sorted(value.MemberBegin(), value.MemberEnd(), by_name)) return std::nullopt;
    if (value.MemberCount() > 2) ++large;
    return std::all_of(value.MemberBegin(), value.MemberEnd(),
                       [&](const auto& member) { return add(member.value); })
               ? std::optional{large}
               : std::nullopt;
}

} // namespace

void visit_likely_forms(std::string_view body, const body_form_visitor& visit) {
    form_collector forms{visit};
    add_edges(forms, body);
    if (const auto utf8 = from_utf16(body))
        add_lines(forms, *utf8, "The body was written as UTF-16, as PowerShell's > does.");
    add_json(forms, body);
}

bool has_sorted_members(std::string_view body) {
    const auto read = read_json(without_mark(body));
    return read && count_sorted(*read).value_or(0) > 0;
}

} // namespace webhookd::signature
