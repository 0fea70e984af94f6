#include "admin/csv.hpp"

namespace webhookd::admin {

void append_field(std::string& line, std::string_view text) {
    if (text.empty()) return;
    const bool formula = std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos;
    const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (quoted) line += '"';
    if (formula) line += '\'';
    if (!quoted) {
        line += text;
        return;
    }
    for (const char c : text) {
        if (c == '"') line += '"';
        line += c;
    }
    line += '"';
}

} // namespace webhookd::admin
