#include "cli/printable.hpp"

#include "event/utf8.hpp"

#include <fmt/format.h>

namespace webhookd::cli {
namespace {

/// The bytes of the control character that well-formed UTF-8 begins with; 0 for any other. The C1 characters
/// are commands too: U+009B begins what ESC [ begins; and so are line separators and what turns the direction
/// of writing, which would show the cells of a row in another order.
std::size_t control_size(std::string_view rest) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    if (at(0) < 0x20 || at(0) == 0x7f) return 1;
    if (at(0) == 0xc2 && at(1) < 0xa0) return 2;
    if (at(0) == 0xd8 && at(1) == 0x9c) return 2; // U+061C
    if (at(0) != 0xe2) return 0;
    const bool turns = at(1) == 0x80 && (at(2) == 0x8e || at(2) == 0x8f || (at(2) >= 0xa8 && at(2) <= 0xae));
    const bool isolates = at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9;
    return turns || isolates ? 3 : 0;
}

} // namespace

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto valid = event::valid_utf8_prefix(text);
        for (auto rest = text.substr(0, valid); !rest.empty();) {
            if (const auto size = control_size(rest); size != 0) {
                shown += '?';
                rest.remove_prefix(size);
            } else {
                shown += rest.front(); // the other bytes of a character are never taken for a control
                rest.remove_prefix(1);
            }
        }
        text.remove_prefix(valid);
        if (text.empty()) break;
        shown += '?';
        text.remove_prefix(1);
    }
    return shown;
}

std::string safe_json(std::string_view json) {
    std::string shown;
    while (!json.empty()) {
        const auto valid = event::valid_utf8_prefix(json);
        for (auto rest = json.substr(0, valid); !rest.empty();) {
            // JSON has none below a blank within a text, and line breaks between its members.
            const auto size = static_cast<unsigned char>(rest.front()) < 0x20 ? 0 : control_size(rest);
            if (size == 0) {
                shown += rest.front();
                rest.remove_prefix(1);
                continue;
            }
            unsigned code = static_cast<unsigned char>(rest[0]) & (size == 1 ? 0x7fU : 0x7fU >> size);
            for (std::size_t i = 1; i < size; ++i)
                code = code << 6 | (static_cast<unsigned char>(rest[i]) & 0x3fU);
            shown += fmt::format("\\u{:04x}", code);
            rest.remove_prefix(size);
        }
        json.remove_prefix(valid);
        if (json.empty()) break;
        shown += "\\ufffd";
        json.remove_prefix(1);
    }
    return shown;
}

} // namespace webhookd::cli
