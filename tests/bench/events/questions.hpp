#pragma once

#include "bench/events/archive.hpp"
#include "bench/events/measurement.hpp"
#include "support/daemon.hpp"

namespace webhookd::bench {

/// `count` pages of each kind of filter, each about something else.
[[nodiscard]] std::vector<page_times> ask_pages(test::daemon_fixture& daemon, const archive& a,
                                                std::size_t count);

/// A report of each of the archive's months.
[[nodiscard]] report_times ask_reports(test::daemon_fixture& daemon, const archive& a);

} // namespace webhookd::bench
