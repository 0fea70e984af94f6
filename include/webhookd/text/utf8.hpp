#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace webhookd::text {

/// Position of the first byte that does not belong to well-formed UTF-8 (Unicode, table 3-7: nothing
/// overlong, no surrogates, nothing above U+10FFFF); the size when all is well. Text that is mostly ASCII
/// costs an eighth of a step a byte, which is why RapidJSON's own check of every character stays off.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view bytes) noexcept;

/// What stands at the beginning of some bytes.
struct character {
    std::string_view bytes;       ///< one to four; of the bytes that were given
    std::optional<char32_t> code; ///< nothing: one byte that does not belong to well-formed UTF-8
};

/// Takes the first character, or the first bad byte, off `rest`, which must not be empty.
[[nodiscard]] character take_character(std::string_view& rest) noexcept;

} // namespace webhookd::text
