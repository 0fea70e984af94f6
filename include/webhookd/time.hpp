#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// A point in UTC, in microseconds since 1970: what is stored, compared and shown.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
[[nodiscard]] std::string to_rfc3339(timestamp t);

/// RFC 3339 with any offset and any number of fraction digits (cut to microseconds); nothing for anything else.
/// A date alone (`2026-01-02`) is midnight UTC.
[[nodiscard]] std::optional<timestamp> parse_rfc3339(std::string_view text);

} // namespace webhookd
