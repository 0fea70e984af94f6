#include <webhookd/text/encoding.hpp>

#include <array>
#include <cstdint>
#include <cstring>

namespace webhookd::text {
namespace {

void append_byte(std::string& out, char c, std::string_view digits) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

// Twelve bits make two characters: half the look-ups of the usual table, and 8 KiB stay in the first-level
// cache.
using character_pairs = std::array<std::array<char, 2>, 4096>;
using digit_values = std::array<std::uint8_t, 256>;

constexpr std::uint8_t not_a_digit = 0xff;

struct alphabet {
    character_pairs pairs{};
    digit_values digits{};

    constexpr explicit alphabet(std::string_view letters) {
        for (std::size_t bits = 0; bits < pairs.size(); ++bits)
            pairs[bits] = {letters[bits >> 6], letters[bits & 63]};
        digits.fill(not_a_digit);
        for (std::size_t value = 0; value < letters.size(); ++value)
            digits[static_cast<unsigned char>(letters[value])] = static_cast<std::uint8_t>(value);
    }
};

constexpr alphabet standard{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
constexpr alphabet for_urls{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

void encode(const alphabet& in, std::string_view bytes, char* out) noexcept {
    const auto at = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t whole = bytes.size() / 3 * 3;
    for (std::size_t i = 0; i < whole; i += 3, out += 4) {
        const std::uint32_t bits = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        std::memcpy(out, in.pairs[bits >> 12].data(), 2);
        std::memcpy(out + 2, in.pairs[bits & 4095].data(), 2);
    }
    if (bytes.size() - whole == 1) {
        std::memcpy(out, in.pairs[at(whole) << 4].data(), 2);
    } else if (bytes.size() - whole == 2) {
        const std::uint32_t bits = at(whole) << 10 | at(whole + 1) << 2;
        std::memcpy(out, in.pairs[bits >> 6].data(), 2);
        out[2] = in.pairs[bits & 63][1];
    }
}

/// Of digits alone.
std::optional<std::string> decode(const alphabet& in, std::string_view text) {
    const std::size_t rest = text.size() % 4;
    if (rest == 1) return std::nullopt;

    std::string bytes(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
    const auto at = [&](std::size_t i) -> std::uint32_t {
        return in.digits[static_cast<unsigned char>(text[i])];
    };
    char* out = bytes.data();
    std::uint32_t seen = 0; // larger than 63 when any character is not of the alphabet
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

} // namespace

std::string to_hex(std::string_view bytes, std::string_view digits) {
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes)
        append_byte(out, c, digits);
    return out;
}

std::string percent_encoded(std::string_view text, std::string_view digits) {
    static constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                   "0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos)
            out += c;
        else
            append_byte(out += '%', c, digits);
    }
    return out;
}

std::string encode_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4, '=');
    encode(standard, bytes, text.data());
    return text;
}

void encode_base64url(std::string_view bytes, char* out) noexcept {
    encode(for_urls, bytes, out);
}

std::string encode_base64url(std::string_view bytes) {
    std::string text(base64url_length(bytes.size()), '\0');
    encode_base64url(bytes, text.data());
    return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
    return decode(standard, text);
}

std::optional<std::string> decode_base64url(std::string_view text) {
    return decode(for_urls, text);
}

std::string decode_base64_leniently(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto digit = standard.digits[static_cast<unsigned char>(c)];
        if (digit == not_a_digit) break;
        bits = bits << 6 | digit;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xff);
    }
    return bytes;
}

} // namespace webhookd::text
