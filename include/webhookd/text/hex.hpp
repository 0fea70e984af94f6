#pragma once

#include <string>
#include <string_view>

namespace webhookd::text {

inline constexpr std::string_view lower_hex = "0123456789abcdef";
inline constexpr std::string_view upper_hex = "0123456789ABCDEF";

/// Two digits for each byte.
[[nodiscard]] std::string to_hex(std::string_view bytes, std::string_view digits = lower_hex);

/// RFC 3986 §2: unreserved characters stay, every other byte is `%` and two digits.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view digits = upper_hex);

} // namespace webhookd::text
