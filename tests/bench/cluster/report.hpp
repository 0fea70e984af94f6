#pragma once

#include "bench/cluster/measurement.hpp"
#include "bench/report.hpp"

#include <string>
#include <vector>

namespace webhookd::bench {

/// The goals: one daemon acknowledges on PostgreSQL at least 0.5 of what pgbench inserts with as many commits
/// in flight; two daemons on the same cores at least 0.9 of one; an event costs in the largest database at
/// most 1.5 of what it costs in the smallest. Ratios are medians of those within each round.
[[nodiscard]] std::vector<verdict> judge(const cluster_measurements& all);

/// Empty when all was accepted and kept once.
[[nodiscard]] std::vector<std::string> invalid_runs(const cluster_measurements& all);

[[nodiscard]] std::string to_text(const cluster_measurements& all, const options& opts);
[[nodiscard]] std::string to_json(const cluster_measurements& all);

} // namespace webhookd::bench
