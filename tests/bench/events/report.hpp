#pragma once

#include "bench/events/measurement.hpp"
#include "bench/report.hpp"

#include <string>
#include <vector>

namespace webhookd::bench {

/// The goals: a page by any filter within 20 ms at p99, the report of a month within 1 s, histograms and
/// failures by cause within 100 ms at p99, CSV at 100,000 rows a second with less than 32 MiB more resident,
/// and acknowledgements beside an export at 0.8 of those without (the median of the rounds' ratios).
[[nodiscard]] std::vector<verdict> judge(const event_measurements& all);

/// Empty when every answer was right.
[[nodiscard]] std::vector<std::string> invalid_runs(const event_measurements& all);

[[nodiscard]] std::string to_text(const event_measurements& all, const options& opts);
[[nodiscard]] std::string to_json(const event_measurements& all);

} // namespace webhookd::bench
