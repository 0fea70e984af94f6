#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace webhookd::text {

/// Position of the first byte that does not belong to well-formed UTF-8 (Unicode, table 3-7: nothing
/// overlong, no surrogates, nothing above U+10FFFF); the size when all is well. ASCII is checked 8 bytes at a
/// time, which is why RapidJSON's own check of every character is off.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view bytes) noexcept;

/// The first character of some bytes.
struct character {
    std::string_view bytes;       ///< one to four; of the bytes that were given
    std::optional<char32_t> code; ///< nullopt: one byte that does not belong to well-formed UTF-8
};

/// Removes the first character, or the first invalid byte, from `rest`, which must not be empty.
[[nodiscard]] character take_character(std::string_view& rest) noexcept;

} // namespace webhookd::text
