#pragma once

#include <optional>
#include <string>
#include <string_view>

/// PostgreSQL's `text` holds neither NUL nor invalid UTF-8, and events may have both. So each byte that is no
/// part of well-formed UTF-8, each NUL, and each byte of a character of the private block U+10FF00 to
/// U+10FFFF is stored as the character U+10FF00 + byte. What is well-formed text stays readable in psql, and
/// everything comes back byte for byte.
namespace webhookd::store::postgres {

/// nullopt: it is stored as it is.
[[nodiscard]] std::optional<std::string> to_stored_text(std::string_view bytes);
[[nodiscard]] std::string from_stored_text(std::string_view stored);

} // namespace webhookd::store::postgres
