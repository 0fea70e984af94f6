#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::cli {

/// The exclusive ends, in RFC 3339, of a month in UTC written `2026-03`: the last microsecond before it and
/// the first moment after it. Nothing for anything else.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> month_window(std::string_view month);

} // namespace webhookd::cli
