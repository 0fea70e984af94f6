#pragma once

#include "config/reading.hpp"

namespace webhookd::config {

/// Looks at each thing that the file names, and reports what would keep the daemon from starting or reloading
/// as errors, what would only keep a handler or an endpoint from doing its work as warnings. Waits for
/// nobody: neither for a FIFO nor for a pass phrase.
void check_outside(reading& in);

} // namespace webhookd::config
