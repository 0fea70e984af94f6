#pragma once

#include <string>
#include <string_view>

namespace webhookd::cli {

/// Text of others on one line of a terminal: what a terminal would obey (control characters, line breaks
/// among them) and bytes that are no UTF-8 become `?`.
[[nodiscard]] std::string printable(std::string_view text);

/// The same JSON, with what a terminal would obey as \u escapes.
[[nodiscard]] std::string safe_json(std::string_view json);

} // namespace webhookd::cli
