#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Bytes as text: in hexadecimal, percent-encoded, in base64.
namespace webhookd::text {

inline constexpr std::string_view lower_hex = "0123456789abcdef";
inline constexpr std::string_view upper_hex = "0123456789ABCDEF";

/// Two digits for each byte.
[[nodiscard]] std::string to_hex(std::string_view bytes, std::string_view digits = lower_hex);

/// RFC 3986 §2: unreserved characters stay, every other byte is `%` and two digits.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view digits = upper_hex);

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// RFC 4648 §5 without padding, as RFC 7515 §2 uses it.
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

/// Characters that `bytes` bytes become in base64url.
[[nodiscard]] constexpr std::size_t base64url_length(std::size_t bytes) noexcept {
    return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1);
}

/// Writes exactly base64url_length(bytes.size()) characters to `out`, which the caller made large enough.
/// Pieces whose length is a multiple of 3 can be encoded one after the other.
void encode_base64url(std::string_view bytes, char* out) noexcept;

/// Strict: nothing but what `encode_base64` writes; so one spelling for the same bytes.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

/// Strict: no padding, no blanks, no characters of plain base64, no length of 4n+1, unused trailing bits
/// zero.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

/// What a lenient decoder gets from base64: up to the first character outside the alphabet, padding included;
/// unused bits may have any value.
[[nodiscard]] std::string decode_base64_leniently(std::string_view text);

} // namespace webhookd::text
