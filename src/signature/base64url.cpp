#include <webhookd/signature/base64url.hpp>

#include "signature/base64url_codec.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace webhookd::signature {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Twelve bits make two characters: half the look-ups of the usual table, and 8 KiB stay in the first-level
// cache.
constexpr auto pairs = [] {
    std::array<std::array<char, 2>, 4096> table{};
    for (std::size_t bits = 0; bits < table.size(); ++bits)
        table[bits] = {alphabet[bits >> 6], alphabet[bits & 63]};
    return table;
}();

constexpr std::uint8_t not_a_digit = 0xff;

constexpr auto digits = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(not_a_digit);
    for (std::size_t value = 0; value < alphabet.size(); ++value)
        table[static_cast<unsigned char>(alphabet[value])] = static_cast<std::uint8_t>(value);
    return table;
}();

} // namespace

void encode_base64url(std::string_view bytes, char* out) noexcept {
    const auto at = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t whole = bytes.size() / 3 * 3;
    for (std::size_t i = 0; i < whole; i += 3, out += 4) {
        const std::uint32_t bits = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        std::memcpy(out, pairs[bits >> 12].data(), 2);
        std::memcpy(out + 2, pairs[bits & 4095].data(), 2);
    }
    if (bytes.size() - whole == 1) {
        std::memcpy(out, pairs[at(whole) << 4].data(), 2);
    } else if (bytes.size() - whole == 2) {
        const std::uint32_t bits = at(whole) << 10 | at(whole + 1) << 2;
        std::memcpy(out, pairs[bits >> 6].data(), 2);
        out[2] = alphabet[bits & 63];
    }
}

std::string encode_base64url(std::string_view bytes) {
    std::string text(base64url_length(bytes.size()), '\0');
    encode_base64url(bytes, text.data());
    return text;
}

std::optional<std::string> decode_base64url(std::string_view text) {
    const std::size_t rest = text.size() % 4;
    if (rest == 1) return std::nullopt;

    std::string bytes(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
    const auto at = [&](std::size_t i) -> std::uint32_t {
        return digits[static_cast<unsigned char>(text[i])];
    };
    char* out = bytes.data();
    std::uint32_t seen = 0; // becomes larger than 63 when any character is foreign
    const std::size_t whole = text.size() - rest;
    for (std::size_t i = 0; i < whole; i += 4) {
        const std::uint32_t a = at(i), b = at(i + 1), c = at(i + 2), d = at(i + 3);
        seen |= a | b | c | d;
        const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
        *out++ = static_cast<char>(bits >> 16 & 0xff);
        *out++ = static_cast<char>(bits >> 8 & 0xff);
        *out++ = static_cast<char>(bits & 0xff);
    }
    if (rest != 0) {
        const std::uint32_t a = at(whole), b = at(whole + 1), c = rest == 3 ? at(whole + 2) : 0;
        seen |= a | b | c;
        // Bits that no byte takes must be zero, or one signature could be spelled in several ways.
        if ((rest == 2 ? b & 15 : c & 3) != 0) return std::nullopt;
        *out++ = static_cast<char>((a << 2 | b >> 4) & 0xff);
        if (rest == 3) *out++ = static_cast<char>((b << 4 | c >> 2) & 0xff);
    }
    if (seen > 63) return std::nullopt;
    return bytes;
}

} // namespace webhookd::signature
