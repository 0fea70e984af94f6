#include "handler/output_text.hpp"

#include "event/utf8.hpp"

namespace webhookd::handler {
namespace {

constexpr std::size_t longest_character = 4;

/// Of one well-formed character. C1 (U+0080 to U+009F) are commands to a terminal as much as ESC is.
bool is_control(std::string_view character) {
    const auto lead = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return (lead < 0x20 && lead != '\t' && lead != '\n') || lead == 0x7f;
    return lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

std::string escaped(std::string_view bytes) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text.append("\\x").append({hex[byte >> 4], hex[byte & 15]});
    }
    return text;
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
            const auto character = text.substr(0, character_length(text));
            const auto shown = is_control(character) ? escaped(character) : std::string(character);
            if (out.size() + shown.size() > most) return out;
            out += shown;
            text.remove_prefix(character.size());
        }
        bytes.remove_prefix(valid);
        if (bytes.empty() || (cut && is_begun_character(bytes))) break;
        const auto shown = escaped(bytes.substr(0, 1));
        if (out.size() + shown.size() > most) return out;
        out += shown;
        bytes.remove_prefix(1);
    }
    return out;
}

} // namespace webhookd::handler
