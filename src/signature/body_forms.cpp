#include "signature/body_forms.hpp"

#include "signature/json_form.hpp"

#include <algorithm>
#include <array>

namespace webhookd::signature {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view raw_bytes =
    " Verify the raw bytes as received, before any parser, framework or editor sees them.";

struct named_style {
    json_style style;
    std::string_view name;
};

const std::array<named_style, 9> styles{{
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
    {{.indent = "", .colon = ":", .comma = ",", .ascii_only = true, .escape_slashes = true},
     "compact with slashes and non-ASCII characters escaped, as PHP writes it"},
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

class collection {
public:
    explicit collection(std::string_view body) { forms_.push_back({std::string{body}, {}}); }

    void add(std::string bytes, std::string finding) {
        if (std::any_of(forms_.begin(), forms_.end(), [&](const auto& form) { return form.bytes == bytes; }))
            return;
        finding += raw_bytes;
        forms_.push_back({std::move(bytes), std::move(finding)});
    }

    [[nodiscard]] std::vector<body_form> take() { return std::move(forms_); }

private:
    std::vector<body_form> forms_;
};

void add_edges(collection& forms, std::string_view body) {
    const auto without_end = [&](std::size_t count) {
        return std::string{body.substr(0, body.size() - count)};
    };
    if (body.ends_with("\r\n")) forms.add(without_end(2), "The body gained a final line break (CR LF).");
    if (body.ends_with('\n')) forms.add(without_end(1), "The body gained a final line break.");
    forms.add(std::string{body} + "\n", "The body lost its final line break.");
    forms.add(std::string{body} + "\r\n", "The body lost its final line break (CR LF).");

    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    auto trimmed = body;
    while (!trimmed.empty() && blank(trimmed.back()))
        trimmed.remove_suffix(1);
    forms.add(std::string{trimmed}, "The body gained blanks at its end.");
    while (!trimmed.empty() && blank(trimmed.front()))
        trimmed.remove_prefix(1);
    forms.add(std::string{trimmed}, "The body gained blanks at its beginning.");

    if (body.starts_with(byte_order_mark))
        forms.add(std::string{body.substr(byte_order_mark.size())}, "The body gained a byte order mark.");
    else
        forms.add(std::string{byte_order_mark} + std::string{body}, "The body lost its byte order mark.");

    const auto unix_lines = replace_all(body, "\r\n", "\n");
    forms.add(unix_lines, "The line ends of the body were changed from LF to CR LF.");
    forms.add(replace_all(unix_lines, "\n", "\r\n"),
              "The line ends of the body were changed from CR LF to LF.");
}

void add_json(collection& forms, std::string_view body) {
    auto text = body;
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    for (const bool round_numbers : {false, true}) {
        for (const auto& [style, name] : styles) {
            auto chosen = style;
            chosen.javascript_numbers = round_numbers;
            const auto written = write_json(text, chosen);
            if (!written) return;
            const std::string finding =
                "The signed JSON was " + std::string{name} +
                (round_numbers ? " with numbers as JavaScript writes them" : "") +
                ", this body is not: it was parsed and serialised again on the way, or before it was signed.";
            forms.add(*written, finding);
            forms.add(*written + "\n", finding);
        }
    }
}

} // namespace

std::vector<body_form> likely_forms(std::string_view body) {
    collection forms{body};
    add_edges(forms, body);
    add_json(forms, body);
    return forms.take();
}

} // namespace webhookd::signature
