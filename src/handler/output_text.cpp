#include "handler/output_text.hpp"

#include "event/utf8.hpp"

namespace webhookd::handler {
namespace {

constexpr std::size_t longest_character = 4;

bool is_control(char c) {
    return (c >= 0 && c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

std::string escaped(char c) {
    static constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
}

/// Bytes of the character that stands at the beginning of well-formed UTF-8.
std::size_t character_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/// Whether the bytes could be the beginning of a character whose rest was cut off.
bool is_begun_character(std::string_view bytes) {
    const auto lead = static_cast<unsigned char>(bytes.front());
    if (bytes.size() >= longest_character || lead < 0xc2 || lead > 0xf4) return false;
    for (const char c : bytes.substr(1))
        if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) return false;
    return true;
}

} // namespace

std::string to_output_text(std::string_view bytes, std::size_t most, bool cut) {
    std::string out;
    while (!bytes.empty()) {
        const auto valid = event::valid_utf8_prefix(bytes);
        for (auto text = bytes.substr(0, valid); !text.empty();) {
            const auto length = character_length(text);
            const auto shown =
                is_control(text.front()) ? escaped(text.front()) : std::string(text.substr(0, length));
            if (out.size() + shown.size() > most) return out;
            out += shown;
            text.remove_prefix(length);
        }
        bytes.remove_prefix(valid);
        if (bytes.empty() || (cut && is_begun_character(bytes))) break;
        const auto shown = escaped(bytes.front());
        if (out.size() + shown.size() > most) return out;
        out += shown;
        bytes.remove_prefix(1);
    }
    return out;
}

} // namespace webhookd::handler
