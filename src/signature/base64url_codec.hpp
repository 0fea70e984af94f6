#pragma once

#include <cstddef>
#include <string_view>

namespace webhookd::signature {

/// Characters that `bytes` bytes become, without padding.
[[nodiscard]] constexpr std::size_t base64url_length(std::size_t bytes) noexcept {
    return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1);
}

/// Writes exactly base64url_length(bytes.size()) characters to `out`, which the caller made large enough.
/// Pieces whose length is a multiple of 3 can be encoded one after the other.
void encode_base64url(std::string_view bytes, char* out) noexcept;

} // namespace webhookd::signature
