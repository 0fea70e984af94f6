#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd {

/// A point in UTC, in microseconds since 1970: what is stored, compared and shown.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 in UTC with milliseconds (cut, not rounded): `2026-01-02T03:04:05.678Z`. RFC 3339 writes the
/// years 0000 to 9999 only: a time outside them is printed as the first or last moment inside.
[[nodiscard]] std::string to_rfc3339(timestamp t);

/// RFC 3339 with any offset and any number of fraction digits (cut to microseconds); nullopt for anything
/// else. `t`, `z` and a blank instead of the `T` are taken (§5.6). A date alone (`2026-01-02`) is midnight
/// UTC. A leap second (23:59:60 in UTC on the last day of a month, §5.7) becomes the last microsecond of its
/// minute, because a timestamp cannot tell it from the second after and must not move into the next day; any
/// other `:60` is refused.
[[nodiscard]] std::optional<timestamp> parse_rfc3339(std::string_view text);

/// What senders write who say ISO 8601: RFC 3339, and beside it a comma before the fraction, an offset
/// without its colon or its minutes (`+0200`, `+02`), and no offset at all, which is read as UTC.
[[nodiscard]] std::optional<timestamp> parse_iso8601(std::string_view text);

} // namespace webhookd
