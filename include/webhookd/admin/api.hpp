#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/admin/arrivals.hpp>
#include <webhookd/admin/reload.hpp>
#include <webhookd/admin/running_configuration.hpp>
#include <webhookd/admin/universign_api.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/store/delivery_planner.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event_log.hpp>
#include <webhookd/store/event_query.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/retention.hpp>
#include <webhookd/telemetry/health.hpp>
#include <webhookd/telemetry/metrics.hpp>

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace webhookd::admin {

/// Where the keys of an event's endpoint come from now, as far as this daemon has seen since its start. Where
/// the event's own key came from is kept in the store (store::key_origin).
struct key_origin {
    std::string source; ///< of its endpoint: a file, or a URL without user and query; empty: none
    std::optional<timestamp> confirmed; ///< when it last had this very key; nullopt: not since the start
};

/// What the API uses. Everything outlives the API, and the readers end before the rest is destroyed.
struct api_sources {
    access& who;

    store::event_log& log;
    store::event_query& events;
    store::delivery_query& deliveries;
    store::delivery_queue& queue;
    store::retention& retention;
    store::instances& instances;
    store::group_writer& writer;
    boost::asio::thread_pool& readers; ///< for what reads the store

    const store::delivery_planner& planner; ///< of the routes in force
    delivery::engine& engine;
    const runtime::clock& clock;
    arrivals& arrived;          ///< announces every batch that was kept
    universign_api& universign; ///< stopped before the rest is destroyed
    reload_requests& reloads;
    const runtime::shared_value<running_configuration>& running;
    telemetry::store_counter& counter;

    // Any thread; cheap.
    std::function<key_origin(const std::string& endpoint, const store::key_text& key)> origin_of;

    // Called on the API's loop; cheap.
    std::function<telemetry::metrics_snapshot()> metrics;
    std::function<telemetry::readiness_snapshot()> readiness;
};

/// The whole of the admin listener, as config/openapi.yaml documents it; src/admin/api.cpp has the table of
/// its routes. For one loop, on which it never waits for the disk.
[[nodiscard]] std::unique_ptr<http::service> make_api(api_sources sources);

} // namespace webhookd::admin
