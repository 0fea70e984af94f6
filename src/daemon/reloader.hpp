#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/admin/reload.hpp>
#include <webhookd/admin/running_configuration.hpp>
#include <webhookd/admin/universign_api.hpp>
#include <webhookd/config/load.hpp>
#include <webhookd/daemon/run.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/delivery/handler_pool.hpp>
#include <webhookd/delivery/planner.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/ingest/admission.hpp>
#include <webhookd/ingest/outage_recorder.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/store/purger.hpp>

#include "daemon/own_state.hpp"
#include "daemon/start.hpp"

#include <vector>

namespace webhookd::daemon {

/// What a reload changes.
struct reload_targets {
    store::purger& purger;
    delivery::handler_pool& handlers;
    delivery::engine& engine;
    delivery::planner& planner;
    const key_rings& rings;
    ingest::admission& admission;
    admin::access& access;
    admin::universign_api& universign;
    http::server& ingest_server;
    http::server& admin_server;
    runtime::shared_value<admin::running_configuration>& shown;
    const runtime::clock& clock;
    own_state& itself;
    ingest::outage_recorder& outages;
};

/// Performs a reload for SIGHUP and `POST /v1/reload`, on the main thread. A file with mistakes, or one that
/// cannot be applied, changes nothing.
class reloader {
public:
    /// All outlive it. `running` is the configuration in force.
    reloader(const options& options, config::configuration& running, admin::reload_requests& requests,
             const reload_targets& targets)
        : options_(options)
        , running_(running)
        , requests_(requests)
        , to_(targets) {}

    void reload();

private:
    admin::reload_outcome try_reload();
    admin::reload_outcome carry_out(config::loaded loaded, admin::reload_outcome outcome);
    void apply(config::reloadable next, std::vector<delivery::handler_setup> setups);

    const options& options_;
    config::configuration& running_;
    admin::reload_requests& requests_;
    const reload_targets to_;
};

/// Reads the configuration, for a start or a reload. The log shows none of its secrets from here on.
[[nodiscard]] config::loaded load(const options& options);

/// Tells the service manager that webhooks are received.
void notify_ready(const config::fixed& c);

/// The retention settings, as the purger takes them.
[[nodiscard]] store::purger::ages ages_of(const config::retention& keep);

} // namespace webhookd::daemon
