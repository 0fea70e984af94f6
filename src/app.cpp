#include <webhookd/admin/access.hpp>
#include <webhookd/admin/deliveries.hpp>
#include <webhookd/admin/health.hpp>
#include <webhookd/app.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/delivery/handler_pool.hpp>
#include <webhookd/delivery/planner.hpp>
#include <webhookd/handler/log_settings.hpp>
#include <webhookd/handler/make_handler.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/runtime/supervisor.hpp>
#include <webhookd/runtime/systemd.hpp>
#include <webhookd/store/sqlite.hpp>

#include "cli/exit_code.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

namespace webhookd {

namespace {

/// Everything that runs, in the order in which it is built; taken down in the reverse order, by hand where
/// waiting is involved. Members that use others stand below them.
class daemon {
public:
    daemon(const daemon_options& options, runtime::supervisor& supervisor)
        : options_(options)
        , config_(options.configuration)
        , supervisor_(supervisor) {}

    /// Opens everything and starts accepting. An exit code when that is not possible.
    std::optional<int> start();
    /// Blocks until a signal asks for the end.
    void run() {
        supervisor_.run(*ingest_loops_, [this] { reload(); });
    }
    void stop();

private:
    std::optional<int> open_store();
    std::optional<int> start_delivery();
    std::vector<store::planned_delivery> plan(const std::string& endpoint, const event::envelope& e,
                                              const event::document& body) const;
    void build_receiver();
    std::optional<int> open_listeners();
    std::optional<failure> exposed_without_proof() const;

    void reload();
    void notify_ready() const;
    void warn_of_restart(const config::configuration& next) const;

    const daemon_options& options_;
    config::configuration config_; ///< in force
    runtime::system_clock clock_;
    runtime::supervisor& supervisor_;
    std::atomic<bool> stopping_{false};

    std::filesystem::path state_directory_;
    std::unique_ptr<store::event_store> store_;
    std::unique_ptr<store::group_writer> writer_;
    std::atomic<std::uint64_t> max_pending_{config_.queue.max_pending};
    handler::workshop workshop_{clock_};
    delivery::handler_pool handlers_{[this](const config::handler& h) { return workshop_.make(h); }};
    runtime::shared_value<delivery::planner> planner_{delivery::planner(config_)};
    std::unique_ptr<delivery::engine> engine_;
    std::vector<std::unique_ptr<ingest::key_ring>> key_rings_;
    std::unique_ptr<ingest::receiver> receiver_;
    admin::access access_{config_.admin.tokens};
    http::router admin_routes_;
    std::unique_ptr<runtime::event_loops> ingest_loops_;
    std::unique_ptr<runtime::event_loops> admin_loop_;
    std::unique_ptr<http::server> admin_server_;
    std::unique_ptr<http::server> ingest_server_;
};

int complain(const failure& f, std::string_view what, int exit_code) {
    log::error(what, {{"reason", to_string(f.code)}, {"detail", f.detail}});
    return exit_code;
}

std::optional<int> daemon::open_store() {
    const auto file = store::parse_sqlite_url(config_.storage.url);
    if (!file) return complain(file.error(), "the storage cannot be opened", cli::exit_code::configuration);
    state_directory_ = file->parent_path();
    auto opened = store::open_sqlite_store({.file = *file});
    if (!opened) {
        const bool held = opened.error().code == errc::store_busy;
        return complain(opened.error(), "the storage cannot be opened",
                        held ? cli::exit_code::unavailable : cli::exit_code::io_error);
    }
    store_ = std::move(*opened);
    writer_ = std::make_unique<store::group_writer>(
        *store_, store::group_writer::options{.max_waiting = config_.queue.max_in_memory},
        [this] { engine_->wake(); });
    engine_ = std::make_unique<delivery::engine>(*store_, *writer_, clock_);
    return std::nullopt;
}

std::optional<int> daemon::start_delivery() {
    auto lanes = handlers_.change(config_.handlers);
    if (!lanes) {
        const bool wrong = lanes.error().code == errc::configuration_invalid;
        return complain(lanes.error(), "a handler cannot start",
                        wrong ? cli::exit_code::configuration : cli::exit_code::cannot_create);
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
    admin::health_sources health{*writer_, {}, stopping_};
    for (const auto& each : config_.endpoints) {
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
        endpoints.push_back({each.name, each.path, ring});
        health.key_rings.emplace(each.name, ring);
    }
    ingest::receiver_options options;
    options.endpoints = std::move(endpoints);
    options.allowed_sources = config_.server.allowed_sources;
    options.plan = [this](const auto& endpoint, const auto& envelope, const auto& body) {
        return plan(endpoint, envelope, body);
    };
    options.overloaded = [this] {
        return store_->pending() >= static_cast<std::int64_t>(max_pending_.load());
    };
    receiver_ = std::make_unique<ingest::receiver>(std::move(options), *writer_, clock_);
    admin::add_health(admin_routes_, std::move(health));
    admin::add_deliveries(admin_routes_, {access_, *store_, *writer_, *engine_, clock_});
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
    for (const auto& each : config_.endpoints)
        if (each.mode == config::signature_mode::disabled)
            return failure{errc::configuration_invalid, "endpoint " + each.name +
                                                            " checks no signatures, but the socket " +
                                                            *open_address + " is not for this host alone"};
    return std::nullopt;
}

std::optional<int> daemon::open_listeners() {
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    ingest_loops_ = std::make_unique<runtime::event_loops>(
        config_.server.threads != 0 ? config_.server.threads : cores, "ingest");
    admin_loop_ = std::make_unique<runtime::event_loops>(1, "admin");

    http::server_options ingest{"ingest", config_.server.limits, config_.server.trusted_proxies, nullptr};
    if (config_.server.tls) {
        auto context = http::make_tls_context(*config_.server.tls);
        if (!context) return complain(context.error(), "TLS cannot be set up", cli::exit_code::configuration);
        ingest.tls = *context;
    }
    http::server_options admin{"admin", config_.server.limits, {}, nullptr};
    ingest_server_ = std::make_unique<http::server>(ingest_loops_->contexts(), *receiver_, std::move(ingest));
    admin_server_ = std::make_unique<http::server>(admin_loop_->contexts(), admin_routes_, std::move(admin));

    bool ingest_inherited = false;
    bool admin_inherited = false;
    for (const auto& socket : runtime::systemd::take_sockets()) {
        const bool for_admin = socket.name == "admin";
        (for_admin ? admin_inherited : ingest_inherited) = true;
        if (auto taken = (for_admin ? *admin_server_ : *ingest_server_).adopt(socket.descriptor); !taken)
            return complain(taken.error(), "a socket that was passed in is not usable",
                            cli::exit_code::unavailable);
    }
    if (const auto exposed = exposed_without_proof())
        return complain(*exposed, "the configuration cannot be carried out", cli::exit_code::configuration);
    const auto open = [](http::server& server, const auto& addresses, bool inherited) {
        return inherited ? result<void>() : server.listen(addresses);
    };
    for (const auto& opened : {open(*admin_server_, config_.admin.listen, admin_inherited),
                               open(*ingest_server_, config_.server.listen, ingest_inherited)})
        if (!opened)
            return complain(opened.error(), "a listener cannot be opened", cli::exit_code::unavailable);
    return std::nullopt;
}

std::optional<int> daemon::start() {
    if (const auto code = open_store()) return code;
    build_receiver();
    if (const auto code = open_listeners()) return code;
    if (const auto code = start_delivery()) return code;

    for (auto& ring : key_rings_)
        ring->start();
    admin_server_->start();
    ingest_server_->start();
    for (const auto& address : admin_server_->addresses())
        log::info("listening", {{"listener", "admin"}, {"address", address}});
    for (const auto& address : ingest_server_->addresses())
        log::info("listening", {{"listener", "ingest"}, {"address", address}});
    notify_ready();
    return std::nullopt;
}

void daemon::stop() {
    stopping_ = true;
    runtime::systemd::notify_stopping();
    log::info("stopping", {{"grace_ms", config_.server.shutdown_grace.count()}});
    ingest_server_->stop_accepting();
    for (auto& ring : key_rings_)
        ring->stop(); // requests that wait for keys are answered 503 now
    const auto grace_ends = std::chrono::steady_clock::now() + config_.server.shutdown_grace;
    if (!ingest_server_->drain(config_.server.shutdown_grace))
        log::warning("connections were cut off: the grace was over");
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(grace_ends - std::chrono::steady_clock::now());
    engine_->stop(std::max(left, std::chrono::milliseconds(0)));
    writer_->stop();
    admin_server_->stop_accepting();
    admin_server_->drain(std::chrono::milliseconds(500));
    ingest_server_.reset();
    admin_server_.reset();
    ingest_loops_->stop();
    admin_loop_->stop();
    key_rings_.clear();
    const auto written = writer_->snapshot();
    const auto received = receiver_->snapshot();
    store_.reset(); // last: flushes and closes the database
    log::info("stopped", {{"received", received.received},
                          {"accepted", received.accepted},
                          {"duplicates", received.duplicates},
                          {"rejected", received.rejected},
                          {"deferred", received.deferred},
                          {"batches", written.batches}});
}

/// Routes, handlers, tokens, limits, the log's level and the bound of the queue change at once; everything
/// else keeps what it was started with.
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
        access_.change(next->admin.tokens);
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
        config_.queue.max_pending = next->queue.max_pending;
        config_.admin.tokens = std::move(next->admin.tokens);
        config_.server.limits = next->server.limits;
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
    warn("storage", next.storage != config_.storage);
    warn("queue.max_in_memory", next.queue.max_in_memory != config_.queue.max_in_memory);
    warn("log.format", next.log.format != config_.log.format);
}

} // namespace

int run_daemon(const daemon_options& options) {
    const auto& configuration = options.configuration;
    runtime::supervisor supervisor; // blocks the signals, so before any thread starts
    log::start({handler::to_log(configuration.log.level), handler::to_log(configuration.log.format)});
    for (const auto& each : options.warnings)
        log::warning("the configuration", {{"diagnostic", each}});
    int exit_code = cli::exit_code::ok;
    {
        daemon d(options, supervisor);
        if (const auto code = d.start()) {
            exit_code = *code;
        } else {
            d.run();
            d.stop();
        }
    }
    log::stop();
    return exit_code;
}

} // namespace webhookd
