#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/http/server_statistics.hpp>
#include <webhookd/ingest/intake_counters.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/purger.hpp>
#include <webhookd/telemetry/health.hpp>
#include <webhookd/telemetry/store_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace webhookd::telemetry {

/// What the rooms have counted, at one moment. All names are of the configuration.
struct metrics_snapshot {
    std::map<std::string, ingest::intake_counts> intake; ///< by endpoint
    std::uint64_t unknown_paths = 0;                     ///< requests to a path that no endpoint has
    telemetry::key_sets key_sets;
    std::map<std::string, http::server_statistics> listeners;

    store::group_writer::statistics writer;
    store::group_writer::measurements commits;
    std::size_t max_waiting_for_disk = 0; ///< events
    bool store_healthy = true;
    std::filesystem::path store_directory;
    store::purger::statistics purger;

    std::int64_t pending_deliveries = 0;
    std::uint64_t max_pending_deliveries = 0;
    std::vector<delivery::lane_status> handlers;
    timestamp now;
};

/// Prometheus' text format, version 0.0.4: these, what the store counted last, and the process itself. Label
/// values are names of the configuration and words of our own, never something that a peer sent. Reads a few
/// small files. Any thread.
[[nodiscard]] std::string render_metrics(const metrics_snapshot& from, const store_counts& counted);

} // namespace webhookd::telemetry
