#include <webhookd/handler/log_settings.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/systemd.hpp>

#include "daemon.hpp"

namespace webhookd {

void daemon::reload() {
    const auto waiting = reloads_.take();
    runtime::systemd::notify_reloading();
    const auto outcome = try_reload();
    notify_ready();
    for (const auto& answer : waiting)
        answer(outcome);
}

admin::reload_outcome daemon::try_reload() {
    auto next = options_.reload();
    admin::reload_outcome outcome{false, std::move(next.diagnostics), {}};
    for (const auto& each : outcome.diagnostics)
        log::warning("the configuration", {{"diagnostic", each}});
    if (!next.value) {
        log::error("the configuration is not reloaded; nothing changes",
                   {{"reason", to_string(errc::configuration_invalid)}});
        return outcome;
    }
    const auto refuse = [&](const failure& why) {
        outcome.diagnostics.push_back(to_string(why));
        log::error("the configuration is not reloaded; nothing changes", {{"reason", to_string(why)}});
        return outcome;
    };
    // What can fail comes first, so that nothing is half applied.
    std::shared_ptr<boost::asio::ssl::context> tls;
    if (next.value->fixed.server.encrypted && config_.fixed.server.encrypted) {
        auto renewed = http::make_tls_context(*next.value->reloadable.tls);
        if (!renewed) return refuse(renewed.error());
        tls = std::move(*renewed);
    }
    auto lanes = handlers_.change(next.value->reloadable.handlers);
    if (!lanes) return refuse(lanes.error());
    if (tls) ingest_server_->change_tls(std::move(tls));
    outcome.applied = true;
    outcome.needs_restart = config::changed_keys(config_.fixed, next.value->fixed);
    for (const auto& each : outcome.needs_restart)
        log::warning("this change needs a restart", {{"section", each}});
    apply(std::move(next.value->reloadable), std::move(*lanes));
    log::info("the configuration is reloaded");
    return outcome;
}

/// All that a reload replaces, and key sets are fetched anew. A new member does not compile before something
/// is done with it here.
void daemon::apply(config::reloadable next, std::vector<delivery::lane_setup> lanes) {
    auto& running = config_.reloadable;
    running = std::move(next);
    const auto& [limits, tls, admin, retention, max_pending, universign, handlers, routes, log_level] =
        running;
    log::set_level(handler::to_log(log_level));
    max_pending_ = max_pending;
    purger_->change(ages_of(retention));
    access_.change(admin);
    universign_.change(universign);
    ingest_server_->change_limits(limits);
    admin_server_->change_limits(admin_limits(limits));
    for (auto& ring : key_rings_)
        ring->refresh_now();
    // First the plan, then the lanes: what is planned from here on finds its handler.
    planner_.store(delivery::planner(running));
    if (options_.dry_run) return;
    engine_->apply(std::move(lanes));
    engine_->reopen_files();
}

void daemon::notify_ready() const {
    runtime::systemd::notify_ready("Receiving webhooks for " +
                                   std::to_string(config_.fixed.endpoints.size()) + " endpoint(s)");
}

} // namespace webhookd
