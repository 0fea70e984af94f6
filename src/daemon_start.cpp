#include <webhookd/admin/deliveries.hpp>
#include <webhookd/admin/health.hpp>
#include <webhookd/admin/metrics.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/systemd.hpp>
#include <webhookd/store/sqlite.hpp>

#include "daemon.hpp"

#include <algorithm>
#include <thread>

namespace webhookd {

namespace {

int complain(const failure& f, std::string_view what, int exit_code) {
    log::error(what, {{"reason", to_string(f.code)}, {"detail", f.detail}});
    return exit_code;
}

} // namespace

std::optional<int> daemon::open_store() {
    const auto file = store::parse_sqlite_url(config_.fixed.storage_url);
    if (!file) return complain(file.error(), "the storage cannot be opened", exit_code::configuration);
    state_directory_ = file->parent_path();
    auto opened = store::open_sqlite_store({.file = *file, .break_off = runtime::supervisor::end_is_asked});
    if (!opened && opened.error().code == errc::shutting_down) {
        log::info("the start was broken off by a signal", {{"reason", to_string(opened.error())}});
        return exit_code::ok;
    }
    if (!opened) {
        const bool held = opened.error().code == errc::store_busy;
        return complain(opened.error(), "the storage cannot be opened",
                        held ? exit_code::unavailable : exit_code::io_error);
    }
    store_ = std::move(*opened);
    writer_ = std::make_unique<store::group_writer>(
        *store_, store::group_writer::options{.max_waiting = config_.fixed.max_in_memory}, [this] {
            engine_->wake();
            arrived_.announce();
        });
    life_ = std::make_unique<ingest::outage_recorder>(*store_, *writer_, clock_);
    purger_ = std::make_unique<store::purger>(*store_, *store_, *writer_, clock_,
                                              ages_of(config_.reloadable.retention));
    engine_ = std::make_unique<delivery::engine>(*store_, *writer_, clock_, believed_);
    return std::nullopt;
}

std::optional<int> daemon::start_delivery() {
    auto lanes = handlers_.change(config_.reloadable.handlers);
    if (!lanes) {
        const bool wrong = lanes.error().code == errc::configuration_invalid;
        return complain(lanes.error(), "a handler cannot start",
                        wrong ? exit_code::configuration : exit_code::cannot_create);
    }
    if (options_.dry_run)
        log::warning("a dry run: events are kept, handlers are only named in the log");
    else
        engine_->start(std::move(*lanes));
    return std::nullopt;
}

/// Which deliveries an event gets; in a dry run only a line for each that it would get.
std::vector<store::planned_delivery> daemon::plan(const std::string& endpoint, const event::envelope& e,
                                                  const event::document& body) const {
    auto planned = planner_.load()->plan(endpoint, e, body);
    if (!options_.dry_run) return planned;
    for (const auto& each : planned)
        log::info("would run",
                  {{"handler", each.handler}, {"endpoint", endpoint}, {"event", e.id}, {"type", e.type}});
    return {};
}

void daemon::build_receiver() {
    std::vector<ingest::receiver_endpoint> endpoints;
    admin::health_sources health{
        *writer_, {}, stopping_, &roll_, purger_.get(), [this] { return overloaded(); }};
    for (const auto& each : config_.fixed.endpoints) {
        ingest::key_ring* ring = nullptr;
        if (each.mode == config::signature_mode::required) {
            // Keys from a file need no second file.
            const auto cache = each.jwks.url.empty() ? std::filesystem::path()
                                                     : state_directory_ / "keys" / (each.name + ".jwks.json");
            const ingest::key_ring::options options{each.name, each.jwks.refresh, each.jwks.cooldown, cache};
            ring = key_rings_
                       .emplace_back(
                           std::make_unique<ingest::key_ring>(ingest::make_key_source(each.jwks), options))
                       .get();
        } else {
            log::warning("signatures are not checked; for trials only", {{"endpoint", each.name}});
        }
        endpoints.push_back({each.name, each.path, ring, each.only});
        health.key_rings.emplace(each.name, ring);
    }
    ingest::receiver_options options;
    options.endpoints = std::move(endpoints);
    options.allowed_sources = config_.fixed.server.allowed_sources;
    options.plan = [this](const auto& endpoint, const auto& envelope, const auto& body) {
        return plan(endpoint, envelope, body);
    };
    options.overloaded = [this] { return overloaded(); };
    options.stale = [this](const event::envelope& e) {
        const auto before = purger_->removed_before();
        return before && e.created && *e.created < *before;
    };
    options.deferred = [this](const auto& endpoint, errc why) { life_->deferred(endpoint, why); };
    receiver_ = std::make_unique<ingest::receiver>(std::move(options), *writer_, clock_);
    add_metrics(health.key_rings);
    admin::add_health(admin_routes_, access_, std::move(health));
    admin::add_deliveries(admin_routes_, {access_, *store_, *writer_, *engine_, clock_, admin_readers_});
    admin::add_reload(admin_routes_, access_, reloads_);
    admin::add_events(admin_routes_,
                      {access_, *store_, *writer_, *engine_, clock_, admin_readers_, arrived_, universign_,
                       [this](auto endpoint, const auto& e, const auto& body) {
                           return plan(std::string(endpoint), e, body);
                       },
                       [this] { return overloaded(); }});
}

void daemon::add_metrics(std::map<std::string, const ingest::key_ring*> key_rings) {
    // The listeners are opened later than their routes are made, and serve none of them before that.
    auto listeners = [this] {
        return std::map<std::string, http::server::statistics>{{"ingest", ingest_server_->snapshot()},
                                                               {"admin", admin_server_->snapshot()}};
    };
    admin::add_metrics(admin_routes_, access_,
                       {*receiver_, std::move(key_rings), *store_, *writer_, config_.fixed.max_in_memory,
                        *engine_, clock_, admin_readers_, *purger_, state_directory_,
                        [this] { return max_pending_.load(); }, std::move(listeners)});
}

/// The configuration was checked against its own addresses; a socket that was passed in may be another.
std::optional<failure> daemon::exposed_without_proof() const {
    const auto is_open = [](const std::string& address) {
        const auto parsed = config::listen_address::parse(address);
        return !parsed || !parsed->is_loopback();
    };
    const auto reachable = ingest_server_->addresses();
    const auto open_address = std::find_if(reachable.begin(), reachable.end(), is_open);
    if (open_address == reachable.end()) return std::nullopt;
    for (const auto& each : config_.fixed.endpoints)
        if (each.mode == config::signature_mode::disabled)
            return failure{errc::configuration_invalid, "endpoint " + each.name +
                                                            " checks no signatures, but the socket " +
                                                            *open_address + " is not for this host alone"};
    return std::nullopt;
}

std::optional<int> daemon::open_listeners() {
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    ingest_loops_ = std::make_unique<runtime::event_loops>(
        config_.fixed.server.threads != 0 ? config_.fixed.server.threads : cores, "ingest");
    admin_loop_ = std::make_unique<runtime::event_loops>(1, "admin");

    http::server_options ingest{"ingest", config_.reloadable.limits, config_.fixed.server.trusted_proxies,
                                nullptr};
    if (config_.reloadable.tls) {
        auto context = http::make_tls_context(*config_.reloadable.tls);
        if (!context) return complain(context.error(), "TLS cannot be set up", exit_code::configuration);
        ingest.tls = *context;
    }
    http::server_options admin{"admin", admin_limits(config_.reloadable.limits),
                               config_.fixed.admin_trusted_proxies, nullptr};
    ingest_server_ = std::make_unique<http::server>(ingest_loops_->contexts(), *receiver_, std::move(ingest));
    admin_server_ = std::make_unique<http::server>(admin_loop_->contexts(), admin_routes_, std::move(admin));

    bool ingest_inherited = false;
    bool admin_inherited = false;
    for (const auto& socket : runtime::systemd::take_sockets()) {
        const bool for_admin = socket.name == "admin";
        if (!for_admin && socket.name != "ingest")
            return complain(
                {errc::configuration_invalid,
                 "a socket is named \"" + socket.name + "\"; its FileDescriptorName must be ingest or admin"},
                "a socket that was passed in is not known", exit_code::configuration);
        (for_admin ? admin_inherited : ingest_inherited) = true;
        if (auto taken = (for_admin ? *admin_server_ : *ingest_server_).adopt(socket.descriptor); !taken)
            return complain(taken.error(), "a socket that was passed in is not usable",
                            exit_code::unavailable);
    }
    if (const auto exposed = exposed_without_proof())
        return complain(*exposed, "the configuration cannot be carried out", exit_code::configuration);
    const auto open = [](http::server& server, const auto& addresses, bool inherited) {
        return inherited ? result<void>() : server.listen(addresses);
    };
    for (const auto& opened : {open(*admin_server_, config_.fixed.admin_listen, admin_inherited),
                               open(*ingest_server_, config_.fixed.server.listen, ingest_inherited)})
        if (!opened)
            return complain(opened.error(), "a listener cannot be opened", exit_code::unavailable);
    return std::nullopt;
}

void daemon::enlist_threads() {
    ingest_loops_->enlist(roll_);
    admin_loop_->enlist(roll_);
    roll_.add("writer", [this](const auto& answer) {
        if (!writer_->submit_task(answer)) answer();
    });
    roll_.add("delivery", [this](const auto& answer) { engine_->ask(answer); });
    workshop_.enlist(roll_);
}

std::optional<int> daemon::start() {
    if (const auto code = open_store()) return code;
    build_receiver();
    if (const auto code = open_listeners()) return code;
    if (const auto code = start_delivery()) return code;
    enlist_threads();

    for (auto& ring : key_rings_)
        ring->start();
    purger_->start();
    admin_server_->start();
    ingest_server_->start();
    life_->start();
    for (const auto& address : admin_server_->addresses())
        log::info("listening", {{"listener", "admin"}, {"address", address}});
    for (const auto& address : ingest_server_->addresses())
        log::info("listening", {{"listener", "ingest"}, {"address", address}});
    notify_ready();
    return std::nullopt;
}

} // namespace webhookd
