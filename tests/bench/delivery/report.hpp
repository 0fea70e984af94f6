#pragma once

#include "bench/delivery/measurement.hpp"
#include "bench/report.hpp"

#include <string>
#include <vector>

namespace webhookd::bench {

/// The goals: the daemon forwards at least 0.5 of what a bare libcurl loop posts, runs at least 0.7 of the
/// programs that a bare loop spawns, has less than 128 MiB resident while a million deliveries wait, and its
/// p99 beside a hanging sink and its backlog is at most 1.5 times that beside a healthy one. Each ratio is
/// taken within a round; the median counts.
[[nodiscard]] std::vector<verdict> judge(const delivery_measurements& all);

/// Empty when every run did the work that it claims.
[[nodiscard]] std::vector<std::string> invalid_runs(const delivery_measurements& all);

[[nodiscard]] std::string to_text(const delivery_measurements& all, const options& opts);
[[nodiscard]] std::string to_json(const delivery_measurements& all);

} // namespace webhookd::bench
