#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace webhookd::signature {

/// RFC 4648 §5 without padding, as RFC 7515 §2 uses it.
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

/// Strict: no padding, no blanks, no characters of plain base64, no length of 4n+1, unused trailing bits
/// zero.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

} // namespace webhookd::signature
