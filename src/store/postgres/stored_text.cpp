#include "store/postgres/stored_text.hpp"

#include <webhookd/text/utf8.hpp>

#include <algorithm>

namespace webhookd::store::postgres {
namespace {

constexpr char32_t block = 0x10FF00;

/// The four bytes of block + byte: F4 8F BC 80 to F4 8F BF BF.
void append_stand_in(std::string& to, char byte) {
    const auto value = static_cast<unsigned char>(byte);
    to += "\xF4\x8F";
    to += static_cast<char>(0xBC + (value >> 6));
    to += static_cast<char>(0x80 + (value & 0x3F));
}

bool is_plain(const text::character& c) {
    return c.code && *c.code != 0 && *c.code < block;
}

} // namespace

std::optional<std::string> to_stored_text(std::string_view bytes) {
    const bool ascii = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > 0; });
    if (ascii) return std::nullopt;
    std::string stored;
    stored.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto c = text::take_character(bytes);
        if (is_plain(c)) {
            stored += c.bytes;
        } else {
            for (const char byte : c.bytes)
                append_stand_in(stored, byte);
        }
    }
    return stored;
}

std::string from_stored_text(std::string_view stored) {
    std::string bytes;
    if (stored.find("\xF4\x8F") == stored.npos) return bytes = stored;
    bytes.reserve(stored.size());
    while (!stored.empty()) {
        const auto c = text::take_character(stored);
        if (c.code && *c.code >= block)
            bytes += static_cast<char>(*c.code - block);
        else
            bytes += c.bytes;
    }
    return bytes;
}

} // namespace webhookd::store::postgres
