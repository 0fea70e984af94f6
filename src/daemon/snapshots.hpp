#pragma once

#include <webhookd/admin/api.hpp>
#include <webhookd/config/config.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/ingest/admission.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/roll_call.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event_log.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/purger.hpp>
#include <webhookd/telemetry/health.hpp>
#include <webhookd/telemetry/metrics.hpp>

#include "daemon/start.hpp"

#include <atomic>
#include <filesystem>
#include <map>
#include <string>

namespace webhookd::daemon {

/// What metrics, readiness and proofs are read from. All outlive the readers.
struct observed {
    const config::fixed& configuration;
    const std::filesystem::path& directory; ///< where the store is
    const runtime::clock& clock;
    const runtime::roll_call& roll;
    const std::atomic<bool>& stopping;
    const store::event_log& log;
    const store::delivery_query& deliveries;
    const store::instances& instances;
    const store::group_writer& writer;
    const store::purger& purger;
    const delivery::engine& engine;
    const endpoints& served;
    const ingest::admission& admission;
    const ingest::receiver& receiver;
    const std::map<std::string, const http::server*>& listeners; ///< by name; all before the first call
};

/// Any thread; cheap.
[[nodiscard]] telemetry::metrics_snapshot read_metrics(const observed& from);
[[nodiscard]] telemetry::readiness_snapshot read_readiness(const observed& from);

/// Where a key comes from by now.
[[nodiscard]] admin::key_origin origin_of(const observed& from, const std::string& endpoint,
                                          const store::key_text& key);

} // namespace webhookd::daemon
