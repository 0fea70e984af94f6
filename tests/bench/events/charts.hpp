#pragma once

#include "bench/events/archive.hpp"
#include "bench/events/measurement.hpp"
#include "support/daemon.hpp"

namespace webhookd::bench {

/// `count` histograms of each kind of interval, each of another period, and as many times the failures by
/// cause.
[[nodiscard]] std::vector<page_times> ask_charts(test::daemon_fixture& daemon, const archive& a,
                                                 std::size_t count);

} // namespace webhookd::bench
