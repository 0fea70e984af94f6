#include <webhookd/admin/api.hpp>
#include <webhookd/daemon/run.hpp>
#include <webhookd/handler/handler_factory.hpp>
#include <webhookd/handler/log_settings.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/process.hpp>
#include <webhookd/runtime/resources.hpp>
#include <webhookd/runtime/supervisor.hpp>
#include <webhookd/runtime/systemd.hpp>
#include <webhookd/store/open.hpp>

#include "daemon/own_state.hpp"
#include "daemon/reloader.hpp"
#include "daemon/snapshots.hpp"
#include "daemon/start.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace webhookd::daemon {
namespace {

using std::chrono::milliseconds;

/// The time that retention counts with: behind a wall clock that leapt ahead, until that has held for hours.
class believed_clock final : public runtime::clock {
public:
    explicit believed_clock(const store::purger& purger)
        : purger_(purger) {}
    [[nodiscard]] timestamp now() const override { return purger_.believed_now(); }

private:
    const store::purger& purger_;
};

/// The exit code of a start without its database. A signal that came meanwhile is no failure.
int end_without_database(const failure& why, ending& end) {
    if (why.code != errc::shutting_down)
        return end.refuse({"the storage cannot be opened", why,
                           why.code == errc::store_busy ? exit_code::unavailable : exit_code::io_error});
    log::info("the start was broken off by a signal", {{"reason", to_string(why)}});
    end.begin(exit_code::ok);
    return exit_code::ok;
}

void tell_addresses(const char* listener, const http::server& server) {
    for (const auto& address : server.addresses())
        log::info("listening", {{"listener", listener}, {"address", address}});
}

/// The outcome of a run, for its last log line.
struct totals {
    ingest::receiver::statistics received;
    store::group_writer::statistics written;
};

void tell(const totals& t) {
    log::info("stopped", {{"received", t.received.received},
                          {"accepted", t.received.accepted},
                          {"duplicates", t.received.duplicates},
                          {"rejected", t.received.rejected},
                          {"deferred", t.received.deferred},
                          {"ignored", t.received.ignored},
                          {"batches", t.written.batches}});
}

/// The daemon: its objects in the order of their construction (destroyed in reverse); the start; the wait for
/// a signal; the stop. The exit code, and `reached` after a start that succeeded.
int live(const options& options, config::loaded& loaded, runtime::supervisor& supervisor, ending& end,
         std::optional<totals>& reached) {
    auto& running = *loaded.value;
    const auto& fixed = running.fixed;
    const auto& reloadable = running.reloadable;

    // The time of day.
    const runtime::system_clock clock;
    // The threads that must make progress.
    runtime::roll_call roll;
    // Makes readiness false once the end has begun.
    std::atomic<bool> stopping = false;

    // Where the store's other files are.
    const auto directory = store::state_directory(fixed.storage_url);
    if (!directory) return end.refuse({"the storage cannot be opened", directory.error()});
    // All that is kept; destroyed last, which flushes and closes it.
    auto opened = open_database(fixed);
    if (!opened) return end_without_database(opened.error(), end);
    const auto database = std::move(*opened);
    // This daemon among those that share the store.
    const store::this_instance self{*database,
                                    fixed.server.instance.empty() ? host_name() : fixed.server.instance};
    // The one thread that writes.
    store::group_writer writer{*database, {.max_waiting = fixed.max_in_memory}};
    // Purges what is old.
    store::purger purger{*database, *database, self, writer, clock, ages_of(reloadable.retention)};
    // The time that ages are counted with.
    const believed_clock believed{purger};

    // Makes handlers, and owns the threads that they share.
    handler::handler_factory handler_factory{clock};
    // The handlers of the configuration in force.
    const auto make_handler = [&](const config::handler& h) { return handler_factory.make(h); };
    delivery::handler_pool handlers{make_handler, handler::contents_of};
    // Runs them.
    delivery::engine engine{{*database, *database, *database, *database, self}, writer, clock, believed};
    // Event → deliveries.
    delivery::planner planner{reloadable, options.dry_run};
    // What the instances that share the store know of this one.
    own_state itself{engine, database->fingerprint_key()};
    itself.change_fingerprint(loaded.settings);
    if (!options.dry_run) static_cast<void>(itself.change_handlers(reloadable.handlers));
    // Records when this ran, and when webhooks were refused.
    const bool is_shared = store::engine_of(fixed.storage_url).shared;
    ingest::outage_recorder outages{
        self,
        writer,
        clock,
        {.interval = is_shared ? store::shared_heartbeat_interval : store::sole_heartbeat_interval,
         .state = [&itself] { return itself.read(); }}};

    // The endpoints, and the keys of each.
    auto endpoints = make_endpoints(fixed.endpoints, *directory);
    // Whether an event may be kept now.
    ingest::admission admission{*database, purger, reloadable.max_pending};
    // Webhook → kept event.
    ingest::receiver_options received{std::move(endpoints.received), fixed.server.allowed_sources};
    ingest::receiver receiver{std::move(received), admission, planner, writer, outages, clock};

    // Reads the database for the admin API.
    runtime::background_pool readers{2, "admin-reader"};
    // Who may use the admin API.
    admin::access access{reloadable.admin, clock};
    // Universign's figures, to compare ours with.
    admin::universign_api universign{reloadable.universign};
    // The configuration in force, as the admin API shows it.
    runtime::shared_value<admin::running_configuration> shown{admin::show_start(loaded, clock.now())};
    // The requests that wait for a reload.
    admin::reload_requests reloads{runtime::supervisor::ask_for_reload};
    // Wakes live tails.
    admin::arrivals arrived{*database};
    // Counts in the store for the metrics.
    telemetry::store_counter counter{*database, *database, *database};
    // What metrics and readiness are read from; the listeners come last.
    std::map<std::string, const http::server*> listeners;
    const observed all{fixed,  *directory, clock,  roll,      stopping,  *database, *database, *database,
                       writer, purger,     engine, endpoints, admission, receiver,  listeners};
    // The admin API.
    const auto api = admin::make_api({
        .who = access,
        .log = *database,
        .events = *database,
        .deliveries = *database,
        .queue = *database,
        .retention = *database,
        .instances = *database,
        .writer = writer,
        .readers = readers,
        .planner = planner,
        .engine = engine,
        .clock = clock,
        .arrived = arrived,
        .universign = universign,
        .reloads = reloads,
        .running = shown,
        .counter = counter,
        .origin_of = [&](const auto& endpoint, const auto& key) { return origin_of(all, endpoint, key); },
        .metrics = [&] { return read_metrics(all); },
        .readiness = [&] { return read_readiness(all); },
    });

    // The threads that receive webhooks, and the one of the admin API.
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    runtime::event_loops ingest_loops{fixed.server.threads != 0 ? fixed.server.threads : cores, "ingest"};
    runtime::event_loops admin_loop{1, "admin"};
    // The listeners.
    http::server_options to_ingest{.name = "ingest",
                                   .limits = ingest_limits(reloadable.limits),
                                   .trusted_proxies = fixed.server.trusted_proxies};
    if (reloadable.tls) {
        auto context = http::make_tls_context(reloadable.tls->certificate, reloadable.tls->private_key);
        if (!context) return end.refuse({"TLS cannot be set up", context.error(), exit_code::configuration});
        to_ingest.tls = std::move(*context);
    }
    http::server_options to_admin{.name = "admin",
                                  .limits = admin_limits(reloadable.limits),
                                  .trusted_proxies = fixed.admin_trusted_proxies,
                                  .https_of_clients = true}; // a session's cookie depends on it
    http::server ingest_server{ingest_loops.contexts(), receiver, std::move(to_ingest)};
    http::server admin_server{admin_loop.contexts(), *api, std::move(to_admin)};
    listeners = {{"ingest", &ingest_server}, {"admin", &admin_server}};
    if (const auto refused = open_listeners(fixed, ingest_server, admin_server)) return end.refuse(*refused);

    // Takes another configuration while all of this runs.
    const reload_targets changed{purger,    handlers, engine,     planner,       endpoints.rings,
                                 admission, access,   universign, ingest_server, admin_server,
                                 shown,     clock,    itself,     outages};
    reloader reloading{options, running, reloads, changed};

    // The start: the objects that handle events before those that receive them.
    auto setups = handlers.change(reloadable.handlers);
    if (!setups) return end.refuse({"a handler cannot start", setups.error()});
    if (options.dry_run)
        log::warning("a dry run: events are kept, handlers are only named in the log");
    else
        engine.start(std::move(*setups));
    ingest_loops.enlist(roll);
    admin_loop.enlist(roll);
    roll.add("writer", [&](const auto& answer) {
        if (!writer.submit_task(answer)) answer();
    });
    roll.add("delivery", [&](const auto& answer) { engine.ask(answer); });
    handler_factory.enlist(roll);
    for (const auto& ring : endpoints.rings)
        ring->start();
    purger.start();
    admin_server.start();
    // The other instances know of this one and its handlers before it plans anything.
    outages.start();
    if (is_shared && !outages.tell_now(heartbeat_bound))
        log::warning("the first heartbeat is not kept yet; it will be");
    ingest_server.start();
    tell_addresses("admin", admin_server);
    tell_addresses("ingest", ingest_server);
    notify_ready(fixed);

    supervisor.run(roll, [&] { reloading.reload(); });

    // The stop: accept nothing new, finish what is under way, then stop what keeps it, and last the admin
    // API.
    end.begin(exit_code::software);
    stopping = true;
    runtime::systemd::notify_stopping();
    reloads.close();
    log::info("stopping", {{"grace_ms", fixed.server.shutdown_grace.count()}});
    ingest_server.stop_accepting();
    const auto stopped_at = clock.now();
    const auto grace_ends = std::chrono::steady_clock::now() + fixed.server.shutdown_grace;
    for (const auto& ring : endpoints.rings)
        ring->stop(); // requests that wait for keys are answered 503 now
    if (!ingest_server.drain(fixed.server.shutdown_grace))
        log::warning("connections were cut off: the grace was over");
    outages.stop(stopped_at);
    const auto left = std::chrono::duration_cast<milliseconds>(grace_ends - std::chrono::steady_clock::now());
    purger.stop();
    engine.stop(std::max(left, milliseconds(0)));
    writer.stop();
    admin_server.stop_accepting();
    admin_server.drain(milliseconds(500));
    universign.stop();
    readers.join();
    reached = totals{receiver.snapshot(), writer.snapshot()};
    return exit_code::ok;
}

} // namespace

int run(const options& options) {
    runtime::serve_as_init();
    runtime::keep_capabilities_from_programs();
    auto loaded = load(options);
    if (!loaded.value) {
        for (const auto& each : loaded.diagnostics)
            std::cerr << to_string(each) << '\n';
        return exit_code::configuration;
    }
    auto& running = *loaded.value;
    runtime::raise_descriptor_limit();
    runtime::supervisor supervisor; // blocks the signals, so before any thread starts
    log::start({handler::to_log(running.reloadable.log_level), handler::to_log(running.fixed.log_format),
                runtime::systemd::logs_to_journal()});
    for (const auto& each : loaded.diagnostics)
        log::warning("the configuration", {{"diagnostic", to_string(each)}});
    ending end{running.fixed.server.shutdown_grace};
    std::optional<totals> reached;
    const int code = live(options, loaded, supervisor, end, reached);
    if (reached) tell(*reached);
    log::stop();
    return code;
}

} // namespace webhookd::daemon
