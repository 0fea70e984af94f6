#pragma once

#include <cstddef>
#include <string_view>

namespace webhookd::event {

/// Position of the first byte that does not belong to well-formed UTF-8 (Unicode, table 3-7: nothing
/// overlong, no surrogates, nothing above U+10FFFF); the size when all is well. Text that is mostly ASCII
/// costs an eighth of a step a byte, which is why RapidJSON's own check of every character stays off.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view bytes) noexcept;

} // namespace webhookd::event
