#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/systemd.hpp>
#include <webhookd/store/open.hpp>

#include "cli/exit_code.hpp"
#include "daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <string>
#include <thread>

namespace webhookd {

namespace {

int complain(const failure& f, std::string_view what, int exit_code) {
    log::error(what, {{"reason", to_string(f.code)}, {"detail", f.detail}});
    return exit_code;
}

/// What this instance is called among those that share a store.
std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0')
        return std::string(store::sole_instance);
    return name.data();
}

} // namespace

std::optional<int> daemon::open_store() {
    const auto directory = store::state_directory(config_.storage.url);
    if (!directory)
        return complain(directory.error(), "the storage cannot be opened", cli::exit_code::configuration);
    state_directory_ = *directory;
    auto opened = store::open(config_.storage.url, {.break_off = runtime::supervisor::end_is_asked});
    if (!opened && opened.error().code == errc::shutting_down) {
        log::info("the start was broken off by a signal", {{"reason", to_string(opened.error())}});
        return cli::exit_code::ok;
    }
    if (!opened) {
        const bool held = opened.error().code == errc::store_busy;
        return complain(opened.error(), "the storage cannot be opened",
                        held ? cli::exit_code::unavailable : cli::exit_code::io_error);
    }
    store_ = std::move(*opened);
    writer_ = std::make_unique<store::group_writer>(
        *store_, store::group_writer::options{.max_waiting = config_.queue.max_in_memory});
    arrivals_ = store_->subscribe([this](const store::commit_notice& of) {
        if (of.events) arrived_.announce();
    });
    const store::this_instance self{*store_, host_name()};
    life_ = std::make_unique<ingest::outage_recorder>(self, *writer_, clock_);
    purger_ = std::make_unique<store::purger>(*store_, *store_, self, *writer_, clock_,
                                              ages_of(config_.storage.retention));
    engine_ = std::make_unique<delivery::engine>(delivery::engine_store{*store_, *store_, *store_, self}, *writer_,
                                                 clock_, believed_);
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
        endpoints.push_back({each.name, each.path, ring, each.only});
        rings_by_endpoint_.emplace(each.name, ring);
    }
    ingest::receiver_options options;
    options.endpoints = std::move(endpoints);
    options.allowed_sources = config_.server.allowed_sources;
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
}

/// The configuration was checked against its own addresses; a socket that was passed in may be another.
std::optional<failure> daemon::exposed_without_proof() const {
    const auto is_open = [](const std::string& address) {
        const auto parsed = net::listen_address::parse(address);
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
    http::server_options admin{"admin", admin_limits(config_.server.limits), config_.admin.trusted_proxies,
                               nullptr};
    ingest_server_ = std::make_unique<http::server>(ingest_loops_->contexts(), *receiver_, std::move(ingest));
    admin_server_ = std::make_unique<http::server>(admin_loop_->contexts(), *api_, std::move(admin));

    bool ingest_inherited = false;
    bool admin_inherited = false;
    for (const auto& socket : runtime::systemd::take_sockets()) {
        const bool for_admin = socket.name == "admin";
        if (!for_admin && socket.name != "ingest")
            return complain(
                {errc::configuration_invalid,
                 "a socket is named \"" + socket.name + "\"; its FileDescriptorName must be ingest or admin"},
                "a socket that was passed in is not known", cli::exit_code::configuration);
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
    build_api();
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
