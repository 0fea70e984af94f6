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
    if (next.value->server.tls && config_.server.tls) {
        auto renewed = http::make_tls_context(*next.value->server.tls);
        if (!renewed) return refuse(renewed.error());
        tls = std::move(*renewed);
    }
    auto lanes = handlers_.change(next.value->handlers);
    if (!lanes) return refuse(lanes.error());
    if (tls) {
        ingest_server_->change_tls(std::move(tls));
        config_.server.tls = next.value->server.tls;
    }
    outcome.applied = true;
    outcome.needs_restart = waiting_for_restart(*next.value);
    for (const auto& each : outcome.needs_restart)
        log::warning("this change needs a restart", {{"section", each}});
    apply(std::move(*next.value), std::move(*lanes));
    log::info("the configuration is reloaded");
    return outcome;
}

/// Routes, handlers, tokens, limits, retention, the log's level and the bound of the queue change at once (as
/// do, before this, the certificate and key of TLS), and key sets are fetched anew; everything else keeps
/// what it was started with.
void daemon::apply(config::configuration next, std::vector<delivery::handler_setup> lanes) {
    log::set_level(handler::to_log(next.log.level));
    max_pending_ = next.queue.max_pending;
    purger_->change(ages_of(next.storage.retention));
    access_.change(next.admin);
    universign_.change(next.universign.api);
    ingest_server_->change_limits(next.server.limits);
    admin_server_->change_limits(admin_limits(next.server.limits));
    for (auto& ring : key_rings_)
        ring->refresh_now();
    // First the plan, then the lanes: what is planned from here on finds its handler.
    planner_.store(delivery::planner(next));
    if (!options_.dry_run) {
        engine_->apply(std::move(lanes));
        engine_->reopen_files();
    }
    config_.handlers = std::move(next.handlers);
    config_.routes = std::move(next.routes);
    config_.log.level = next.log.level;
    config_.storage.retention = next.storage.retention;
    config_.queue.max_pending = next.queue.max_pending;
    config_.admin.tokens = std::move(next.admin.tokens);
    config_.admin.public_pages = next.admin.public_pages;
    config_.server.limits = next.server.limits;
    config_.universign = std::move(next.universign);
}

void daemon::notify_ready() const {
    runtime::systemd::notify_ready("Receiving webhooks for " + std::to_string(config_.endpoints.size()) +
                                   " endpoint(s)");
}

std::vector<std::string> daemon::waiting_for_restart(const config::configuration& next) const {
    auto server = next.server;
    server.limits = config_.server.limits;
    std::vector<std::string> changed;
    const auto note = [&changed](const char* key, bool differs) {
        if (differs) changed.emplace_back(key);
    };
    note("server", server != config_.server);
    note("admin.listen", next.admin.listen != config_.admin.listen);
    note("admin.trusted_proxies", next.admin.trusted_proxies != config_.admin.trusted_proxies);
    note("endpoints", next.endpoints != config_.endpoints);
    note("storage.url", next.storage.url != config_.storage.url);
    note("queue.max_in_memory", next.queue.max_in_memory != config_.queue.max_in_memory);
    note("log.format", next.log.format != config_.log.format);
    return changed;
}

} // namespace webhookd
