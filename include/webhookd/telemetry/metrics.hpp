#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/http/server_statistics.hpp>
#include <webhookd/ingest/intake_counters.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event_query.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/purger.hpp>
#include <webhookd/telemetry/health.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
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
    std::string_view store_engine = "sqlite"; ///< its name
    bool store_is_shared = false; ///< by several daemons: figures of the store are those of all of them
    bool store_at_risk = false;   ///< see event_log::risk
    std::filesystem::path store_directory;
    store::purger::statistics purger;

    std::int64_t pending_deliveries = 0;
    std::uint64_t max_pending_deliveries = 0;
    std::vector<delivery::handler_status> handlers;
    timestamp now;
};

/// What is counted in the store; nullopt while it cannot be read.
struct store_counts {
    std::optional<store::backlog> backlog;
    std::optional<store::store_statistics> statistics;
    std::optional<std::vector<store::instance_record>> instances; ///< most_instances at most
};

/// Counts in the store at most once in a while and never twice at a time, however many scrapes ask; the rest
/// of them get what was counted last. A count that took long is not repeated soon. Any thread.
class store_counter {
public:
    /// All outlive it.
    store_counter(store::event_query& events, store::delivery_query& deliveries, store::instances& all)
        : events_(events)
        , deliveries_(deliveries)
        , instances_(all) {}

    /// Whether a count is due. After true the caller must call `count`; until that has ended other callers
    /// get false.
    [[nodiscard]] bool begin();
    /// Reads the disk: on a thread for that.
    void count();
    [[nodiscard]] std::shared_ptr<const store_counts> last() const;

private:
    using steady = std::chrono::steady_clock;

    store::event_query& events_;
    store::delivery_query& deliveries_;
    store::instances& instances_;
    mutable std::mutex mutex_;
    std::shared_ptr<const store_counts> last_ = std::make_shared<store_counts>();
    steady::time_point good_until_{};
    bool counting_ = false;
};

/// Prometheus' text format, version 0.0.4: these, what the store counted last, and the process itself. Label
/// values are names of the configuration and words of our own, never something that a peer sent. Reads a few
/// small files. Any thread.
[[nodiscard]] std::string render_metrics(const metrics_snapshot& from, const store_counts& counted);

} // namespace webhookd::telemetry
