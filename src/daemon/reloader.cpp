#include "daemon/reloader.hpp"

#include <webhookd/handler/log_settings.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/runtime/systemd.hpp>

#include <string>
#include <utility>

namespace webhookd::daemon {

config::loaded load(const options& options) {
    auto loaded = config::load_file(options.file);
    secrets::add(loaded.secrets);
    return loaded;
}

void notify_ready(const config::fixed& c) {
    runtime::systemd::notify_ready("Receiving webhooks for " + std::to_string(c.endpoints.size()) +
                                   " endpoint(s)");
}

store::purger::ages ages_of(const config::retention& keep) {
    return {keep.events, keep.payloads};
}

void reloader::reload() {
    const auto waiting = requests_.take();
    runtime::systemd::notify_reloading();
    const auto outcome = try_reload();
    notify_ready(running_.fixed);
    for (const auto& answer : waiting)
        answer(outcome);
}

admin::reload_outcome reloader::try_reload() {
    auto next = load(options_);
    admin::reload_outcome outcome;
    for (const auto& each : next.diagnostics) {
        outcome.diagnostics.push_back(to_string(each));
        log::warning("the configuration", {{"diagnostic", outcome.diagnostics.back()}});
    }
    if (next.value) return carry_out(std::move(next), std::move(outcome));
    log::error("the configuration is not reloaded; nothing changes",
               {{"reason", to_string(errc::configuration_invalid)}});
    return outcome;
}

admin::reload_outcome reloader::carry_out(config::loaded loaded, admin::reload_outcome outcome) {
    auto& next = *loaded.value;
    const auto refuse = [&](const failure& why) {
        outcome.diagnostics.push_back(to_string(why));
        log::error("the configuration is not reloaded; nothing changes", {{"reason", to_string(why)}});
        return outcome;
    };
    // What can fail comes first, so that nothing is half applied.
    std::shared_ptr<boost::asio::ssl::context> tls;
    if (running_.fixed.server.encrypted && next.reloadable.tls) {
        auto renewed =
            http::make_tls_context(next.reloadable.tls->certificate, next.reloadable.tls->private_key);
        if (!renewed) return refuse(renewed.error());
        tls = std::move(*renewed);
    }
    auto setups = to_.handlers.change(next.reloadable.handlers);
    if (!setups) return refuse(setups.error());

    if (tls) to_.ingest_server.change_tls(std::move(tls));
    outcome.applied = true;
    outcome.needs_restart = config::changed_keys(running_.fixed, next.fixed);
    for (const auto& each : outcome.needs_restart)
        log::warning("this change needs a restart", {{"section", each}});
    apply(std::move(next.reloadable), std::move(*setups));
    to_.shown.store(admin::show_reload(*to_.shown.load(), std::move(loaded), running_, outcome.needs_restart,
                                       to_.clock.now()));
    to_.itself.change_fingerprint(to_.shown.load()->settings);
    to_.outages.tell_soon();
    log::info("the configuration is reloaded");
    return outcome;
}

/// All that a reload replaces, and key sets are fetched again. A new member does not compile until it is
/// handled here.
void reloader::apply(config::reloadable next, std::vector<delivery::handler_setup> setups) {
    auto& running = running_.reloadable;
    running = std::move(next);
    const auto& [limits, tls, admin, retention, max_pending, universign, handlers, routes, log_level] =
        running;
    log::set_level(handler::to_log(log_level));
    to_.admission.change(max_pending);
    to_.purger.change(ages_of(retention));
    to_.access.change(admin);
    to_.universign.change(universign);
    to_.ingest_server.change_limits(ingest_limits(limits));
    to_.admin_server.change_limits(admin_limits(limits));
    for (const auto& ring : to_.rings)
        ring->refresh_now();
    // First the other instances know of new handlers, so that they take nothing that is planned for an
    // orphan.
    if (!options_.dry_run && to_.itself.change_handlers(handlers) && !to_.outages.tell_now(heartbeat_bound))
        log::warning("the other instances do not know of the new handlers yet");
    // Then the plan, then the handler queues: what is planned from here on finds its handler.
    to_.planner.change(running);
    if (options_.dry_run) return;
    to_.engine.apply(std::move(setups));
    to_.engine.reopen_files();
}

} // namespace webhookd::daemon
