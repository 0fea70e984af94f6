#pragma once

#include <string>
#include <string_view>

namespace webhookd::cli {

/// Text of others on one line of a terminal: what a terminal would obey (control characters, line breaks
/// among them) and bytes that are no UTF-8 become `?`.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace webhookd::cli
