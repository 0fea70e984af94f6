#include "cli/printable.hpp"

#include "event/utf8.hpp"

namespace webhookd::cli {
namespace {

/// Within well-formed UTF-8. The C1 characters are commands too: U+009B begins what ESC [ begins.
bool is_control(std::string_view rest) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    return at(0) < 0x20 || at(0) == 0x7f || (at(0) == 0xc2 && at(1) < 0xa0);
}

} // namespace

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto valid = event::valid_utf8_prefix(text);
        for (auto rest = text.substr(0, valid); !rest.empty();) {
            if (is_control(rest)) {
                shown += '?';
                rest.remove_prefix(rest.front() == '\xc2' ? 2 : 1);
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

} // namespace webhookd::cli
