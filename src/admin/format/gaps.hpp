#pragma once

#include <webhookd/time.hpp>

#include "admin/endpoints/gap_scan.hpp"
#include "admin/format/json.hpp"

namespace webhookd::admin {

/// An event that must have been sent and is not here: what proves it, and when Universign tries again.
void write(json_response& json, const missing_event& gap, timestamp now);

} // namespace webhookd::admin
