#include "admin/format/records.hpp"

#include <algorithm>
#include <array>

namespace webhookd::admin {
namespace {

constexpr std::string_view separators = ";,|\t\r\n";
constexpr std::string_view line_beginnings = "\t\r\n";

/// What begins a formula: ASCII, the full-width forms of U+FF00, the small ones of U+FE50, and the minus.
constexpr std::array<std::string_view, 13> formula_signs{
    "=",
    "+",
    "-",
    "@",
    "\xef\xbc\x9d",
    "\xef\xbc\x8b",
    "\xef\xbc\x8d",
    "\xef\xbc\xa0",
    "\xef\xb9\xa6",
    "\xef\xb9\xa2",
    "\xef\xb9\xa3",
    "\xef\xb9\xab",
    "\xe2\x88\x92",
};

/// The length of what a spreadsheet may pass over before a formula; 0 for anything else.
std::size_t unseen(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0xffu;
    };
    if (byte(0) <= 0x20 || byte(0) == 0x7f || byte(0) == '"')
        return separators.find(text.front()) == std::string_view::npos ? 1 : 0;
    // C1 controls, the blank that does not break, and the soft hyphen.
    if (byte(0) == 0xc2) return (byte(1) >= 0x80 && byte(1) <= 0xa0) || byte(1) == 0xad ? 2 : 0;
    // Blanks and marks of U+2000 to U+206F, the ideographic blank, the byte order mark.
    if (byte(0) == 0xe2 && (byte(1) == 0x80 || byte(1) == 0x81))
        return byte(1) == 0x81                                           ? (byte(2) >= 0x9f ? 3 : 0)
               : byte(2) <= 0x8f || (byte(2) >= 0xa8 && byte(2) <= 0xaf) ? 3
                                                                         : 0;
    if (text.starts_with("\xe3\x80\x80") || text.starts_with("\xef\xbb\xbf")) return 3;
    return 0;
}

/// Whether a cell that begins like this is a formula, or would be without the apostrophes before it.
bool is_formula(std::string_view cell, bool begins_field) {
    cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
    while (!cell.empty()) {
        const auto passed = unseen(cell);
        if (passed == 0) break;
        cell.remove_prefix(passed);
    }
    if (cell.empty()) return false;
    if (begins_field && line_beginnings.find(cell.front()) != std::string_view::npos) return true;
    return std::ranges::any_of(formula_signs, [&](auto sign) { return cell.starts_with(sign); });
}

constexpr bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// By byte: what makes a field one to look into.
constexpr auto parts_fields = [] {
    std::array<bool, 256> table{};
    for (const char c : separators)
        table[static_cast<unsigned char>(c)] = true;
    table['"'] = true;
    return table;
}();

/// As nearly every field is: nothing to guard, nothing to quote.
bool is_plain(std::string_view text) {
    return is_alphanumeric(text.front()) &&
           std::ranges::none_of(text, [](char c) { return parts_fields[static_cast<unsigned char>(c)]; });
}

} // namespace

void append_field(std::string& line, std::string_view text) {
    if (text.empty()) return;
    if (is_plain(text)) {
        line += text;
        return;
    }
    const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (quoted) line += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins_field = i == 0;
        if ((begins_field || separators.find(text[i - 1]) != std::string_view::npos) &&
            is_formula(text.substr(i), begins_field))
            line += '\'';
        if (text[i] == '"') line += '"';
        line += text[i];
    }
    if (quoted) line += '"';
}

void append_csv(std::string& lines, const store::stored_event& e) {
    const auto& v = e.envelope;
    const auto field = [&](std::string_view text) {
        append_field(lines, text);
        lines += ',';
    };
    field(v.id);
    field(v.type);
    field(v.created ? to_rfc3339(*v.created) : std::string());
    field(to_rfc3339(e.received));
    field(e.endpoint);
    field(v.transaction_id);
    field(v.object_type);
    field(v.object_id);
    field(v.state);
    field(v.stalled_reason);
    field(v.api_key);
    field(v.user_id);
    field(v.trace_id);
    append_field(lines, e.source);
    lines += "\r\n";
}

} // namespace webhookd::admin
