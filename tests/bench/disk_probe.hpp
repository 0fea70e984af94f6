#pragma once

#include "support/histogram.hpp"

namespace webhookd::bench {

/// How long this disk takes to make 64 KiB durable, a few hundred times over: no acknowledgement can come
/// sooner, and no figure of the daemon's says anything without it. Takes a second or two. Throws
/// std::system_error when the build directory cannot be written.
[[nodiscard]] test::histogram probe_disk();

} // namespace webhookd::bench
