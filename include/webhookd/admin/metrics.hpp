#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/event_store.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/purger.hpp>

#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace webhookd::admin {

/// What the metrics are read from. Everything outlives the router it is added to, and the readers have ended
/// before the rest goes.
struct metric_sources {
    const ingest::receiver& receiver;
    std::map<std::string, const ingest::key_ring*>
        key_rings; ///< by endpoint; null where signatures are disabled
    store::event_store& store;
    const store::group_writer& writer;
    std::size_t max_in_memory; ///< events that may wait for the writer
    const delivery::engine& engine;
    const runtime::clock& clock;
    boost::asio::thread_pool& readers; ///< for what the store must count
    const store::purger& purger;
    std::filesystem::path directory; ///< where the store is
    std::function<std::uint64_t()> max_pending;
    std::function<std::map<std::string, http::server::statistics>()> listeners; ///< by name
};

/// `GET /metrics`: Prometheus' text format, version 0.0.4; no token needed unless `admin.public`
/// says so. Label values are names of the
/// configuration and words of our own, never something that a peer sent. What the store has to count is
/// counted every few seconds at most, and is missing while the store cannot be read. For one loop.
void add_metrics(http::router& router, const access& who, metric_sources sources);

} // namespace webhookd::admin
