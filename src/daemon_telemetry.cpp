#include "daemon.hpp"

namespace webhookd {

void daemon::build_api() {
    counter_ = std::make_unique<telemetry::store_counter>(*store_, *store_);
    api_ = admin::make_api({
        .who = access_,
        .log = *store_,
        .events = *store_,
        .deliveries = *store_,
        .queue = *store_,
        .retention = *store_,
        .instances = *store_,
        .writer = *writer_,
        .readers = admin_readers_,
        .engine = *engine_,
        .clock = clock_,
        .arrived = arrived_,
        .universign = universign_,
        .reloads = reloads_,
        .counter = *counter_,
        .metrics = [this] { return read_metrics(); },
        .readiness = [this] { return read_readiness(); },
        .overloaded = [this] { return overloaded(); },
        .plan = [this](auto endpoint, const auto& e,
                       const auto& body) { return plan(std::string(endpoint), e, body); },
    });
}

namespace {

telemetry::key_sets read_key_sets(const std::map<std::string, const ingest::key_ring*>& rings) {
    telemetry::key_sets all;
    for (const auto& [endpoint, ring] : rings)
        all.emplace(endpoint, ring != nullptr ? std::optional{ring->current_status()} : std::nullopt);
    return all;
}

} // namespace

/// The listeners are opened later than the API is made, and serve nothing before that.
telemetry::metrics_snapshot daemon::read_metrics() const {
    return {
        .intake = receiver_->intake(),
        .unknown_paths = receiver_->astray(),
        .key_sets = read_key_sets(rings_by_endpoint_),
        .listeners = {{"ingest", ingest_server_->snapshot()}, {"admin", admin_server_->snapshot()}},
        .writer = writer_->snapshot(),
        .commits = writer_->measured(),
        .max_waiting_for_disk = config_.queue.max_in_memory,
        .store_healthy = writer_->healthy(),
        .store_directory = state_directory_,
        .purger = purger_->snapshot(),
        .pending_deliveries = store_->pending(),
        .max_pending_deliveries = max_pending_,
        .handlers = engine_->snapshot(),
        .now = clock_.now(),
    };
}

telemetry::readiness_snapshot daemon::read_readiness() const {
    return {
        .stopping = stopping_,
        .store_healthy = writer_->healthy(),
        .store_trouble = writer_->trouble(),
        .queue_full = overloaded(),
        .clock_doubt = purger_->snapshot().clock_doubt,
        .key_sets = read_key_sets(rings_by_endpoint_),
        .silent_threads = roll_.silent(),
    };
}

} // namespace webhookd
