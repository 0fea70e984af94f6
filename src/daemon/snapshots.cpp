#include "daemon/snapshots.hpp"

#include <webhookd/store/open.hpp>

#include <optional>

namespace webhookd::daemon {
namespace {

telemetry::key_sets read_key_sets(const endpoints& served) {
    telemetry::key_sets all;
    for (const auto& [endpoint, ring] : served.by_name)
        all.emplace(endpoint, ring != nullptr ? std::optional{ring->current_status()} : std::nullopt);
    return all;
}

std::map<std::string, http::server_statistics>
read_listeners(const std::map<std::string, const http::server*>& listeners) {
    std::map<std::string, http::server_statistics> all;
    for (const auto& [name, server] : listeners)
        all.emplace(name, server->snapshot());
    return all;
}

} // namespace

telemetry::metrics_snapshot read_metrics(const observed& from) {
    const auto engine = store::engine_of(from.configuration.storage_url);
    return {
        .intake = from.receiver.intake(),
        .unknown_paths = from.receiver.unrouted(),
        .key_sets = read_key_sets(from.served),
        .listeners = read_listeners(from.listeners),
        .writer = from.writer.snapshot(),
        .commits = from.writer.measured(),
        .max_waiting_for_disk = from.configuration.max_in_memory,
        .store_healthy = from.writer.healthy(),
        .store_engine = engine.name,
        .store_is_shared = engine.shared,
        .store_at_risk = !from.log.risk().empty(),
        .store_directory = from.directory,
        .purger = from.purger.snapshot(),
        .pending_deliveries = from.deliveries.pending(),
        .max_pending_deliveries = from.admission.max_pending(),
        .handlers = from.engine.snapshot(),
        .now = from.clock.now(),
    };
}

telemetry::readiness_snapshot read_readiness(const observed& from) {
    return {
        .stopping = from.stopping,
        .store_healthy = from.writer.healthy(),
        .store_trouble = from.writer.trouble(),
        .store_engine = store::engine_of(from.configuration.storage_url).name,
        .store_warning = from.log.risk(),
        .shares_name = from.instances.shares_name(),
        .queue_full = from.admission.is_full(),
        .clock_doubt = from.purger.snapshot().clock_doubt,
        .key_sets = read_key_sets(from.served),
        .silent_threads = from.roll.silent(),
    };
}

admin::key_origin origin_of(const observed& from, const std::string& endpoint, const store::key_text& key) {
    const auto found = from.served.by_name.find(endpoint);
    if (found == from.served.by_name.end() || found->second == nullptr) return {};
    const auto& ring = *found->second;
    const auto age = ring.age_of(key);
    return {ring.source(), age ? std::optional(from.clock.now() - *age) : std::nullopt};
}

} // namespace webhookd::daemon
