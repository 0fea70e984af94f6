#pragma once

#include "demo/webhook.hpp"

#include <vector>

namespace webhookd::demo {

/// Authentic events that try to break whoever shows them: markup, text that runs from right to left, control
/// characters, formulas of spreadsheets, ids and numbers without end, depth, size. One second apart, up to
/// `until`.
[[nodiscard]] std::vector<webhook> make_hostile_events(timestamp until);

} // namespace webhookd::demo
