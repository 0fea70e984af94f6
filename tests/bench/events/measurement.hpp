#pragma once

#include "bench/options.hpp"
#include "support/histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace webhookd::bench {

/// Pages of one kind, asked one after another over HTTP.
struct page_times {
    std::string filter; ///< period, type, API key or transaction; or a kind of chart
    test::histogram latency;
    std::string
        problem; ///< why they count for nothing; empty: each held events, and only such as were asked for
};

struct report_times {
    std::chrono::nanoseconds slowest{}; ///< of the reports of each month
    std::string problem;                ///< empty: each said what the archive's making implies
};

struct export_run {
    double rows_per_second = 0;
    std::uint64_t rows = 0;
    std::uint64_t grown_bytes = 0; ///< how much more the daemon had resident at most than before
    std::string problem;           ///< empty: every row that had to be there was
};

/// Acknowledgements in a closed loop, by turns without and beside exports that never end.
struct beside_export {
    std::vector<double> alone; ///< a second
    std::vector<double> beside;
    std::uint64_t exported_bytes = 0;
    std::string problem;
};

/// Acknowledgements at a slow pace, by turns alone, beside purges and beside backups that never end.
struct beside_upkeep {
    test::histogram alone; ///< latency
    test::histogram purging;
    test::histogram backing_up;
    std::uint64_t purged_events = 0;
    std::uint64_t copied_bytes = 0;
    std::string problem;
};

struct event_measurements {
    std::size_t events = 0;
    std::uint64_t store_bytes = 0;
    std::vector<page_times> pages;
    std::vector<page_times> charts; ///< histograms, and failures by cause
    report_times report;
    export_run csv;
    beside_export acknowledgements;
    beside_upkeep upkeep;
};

/// The Events section of a daemon on an archive of `opts.stored` events. Tells its progress on standard
/// error. Throws std::runtime_error when something cannot be started or made at all.
[[nodiscard]] event_measurements measure_events(const options& opts);

} // namespace webhookd::bench
