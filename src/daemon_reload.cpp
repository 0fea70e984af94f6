#include <webhookd/handler/log_settings.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/systemd.hpp>

#include "daemon.hpp"

namespace webhookd {

/// Routes, handlers, tokens, limits, retention, the log's level and the bound of the queue change at once;
/// everything else keeps what it was started with.
void daemon::reload() {
    runtime::systemd::notify_reloading();
    auto next = options_.reload();
    if (!next) {
        log::error("the configuration is not reloaded; nothing changes",
                   {{"reason", to_string(next.error())}});
    } else if (auto lanes = handlers_.change(next->handlers); !lanes) {
        log::error("the configuration is not reloaded; nothing changes",
                   {{"reason", to_string(lanes.error())}});
    } else {
        warn_of_restart(*next);
        log::set_level(handler::to_log(next->log.level));
        max_pending_ = next->queue.max_pending;
        purger_->change(ages_of(next->storage.retention));
        access_.change(next->admin.tokens);
        universign_.change(next->universign.api);
        ingest_server_->change_limits(next->server.limits);
        admin_server_->change_limits(next->server.limits);
        // First the plan, then the lanes: what is planned from here on finds its handler.
        planner_.store(delivery::planner(*next));
        if (!options_.dry_run) {
            engine_->apply(std::move(*lanes));
            engine_->reopen_files();
        }
        config_.handlers = std::move(next->handlers);
        config_.routes = std::move(next->routes);
        config_.log.level = next->log.level;
        config_.storage.retention = next->storage.retention;
        config_.queue.max_pending = next->queue.max_pending;
        config_.admin.tokens = std::move(next->admin.tokens);
        config_.server.limits = next->server.limits;
        config_.universign = std::move(next->universign);
        log::info("the configuration is reloaded");
    }
    notify_ready();
}

void daemon::notify_ready() const {
    runtime::systemd::notify_ready("Receiving webhooks for " + std::to_string(config_.endpoints.size()) +
                                   " endpoint(s)");
}

void daemon::warn_of_restart(const config::configuration& next) const {
    auto server = next.server;
    server.limits = config_.server.limits;
    const auto warn = [](const char* section, bool changed) {
        if (changed) log::warning("this change needs a restart", {{"section", section}});
    };
    warn("server", server != config_.server);
    warn("admin.listen", next.admin.listen != config_.admin.listen);
    warn("endpoints", next.endpoints != config_.endpoints);
    warn("storage.url", next.storage.url != config_.storage.url);
    warn("queue.max_in_memory", next.queue.max_in_memory != config_.queue.max_in_memory);
    warn("log.format", next.log.format != config_.log.format);
}

} // namespace webhookd
