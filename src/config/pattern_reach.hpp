#pragma once

#include <webhookd/routing/pattern.hpp>

#include <vector>

namespace webhookd::config {

/// Whether every type that `inner` takes, `outer` takes too. A no may be a mistake, a yes never is.
[[nodiscard]] bool covers(const routing::pattern& outer, const routing::pattern& inner);

/// The patterns through which a list takes types: its plain ones, or `*` when it only excludes, without those
/// that it excludes altogether. Empty: it takes nothing.
[[nodiscard]] std::vector<routing::pattern> effective_patterns(const routing::pattern_list& list);

/// Whether `outer` takes every type that `inner` takes through its `part`. A no may be a mistake.
[[nodiscard]] bool covers(const routing::pattern_list& outer, const routing::pattern_list& inner,
                          const routing::pattern& part);

} // namespace webhookd::config
