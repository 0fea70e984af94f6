#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/admin/events.hpp>
#include <webhookd/admin/reload.hpp>
#include <webhookd/app.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/delivery/handler_pool.hpp>
#include <webhookd/delivery/planner.hpp>
#include <webhookd/handler/make_handler.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/ingest/outage_recorder.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/background_pool.hpp>
#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/roll_call.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/runtime/supervisor.hpp>
#include <webhookd/store/purger.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd {

/// The time that retention counts with: behind a wall clock that leapt ahead, until that has held for hours.
class believed_clock final : public runtime::clock {
public:
    explicit believed_clock(const std::unique_ptr<store::purger>& purger)
        : purger_(purger) {}
    [[nodiscard]] timestamp now() const override { return purger_->believed_now(); }

private:
    const std::unique_ptr<store::purger>& purger_;
};

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
        supervisor_.run(roll_, [this] { reload(); });
    }
    void stop();

private:
    std::optional<int> open_store();
    std::optional<int> start_delivery();
    std::vector<store::planned_delivery> plan(const std::string& endpoint, const event::envelope& e,
                                              const event::document& body) const;
    bool overloaded() const { return store_->pending() >= static_cast<std::int64_t>(max_pending_.load()); }
    void build_receiver();
    void add_metrics(std::map<std::string, const ingest::key_ring*> key_rings);
    std::optional<int> open_listeners();
    void enlist_threads();
    std::optional<failure> exposed_without_proof() const;

    void reload();
    admin::reload_outcome try_reload();
    void apply(config::reloadable next, std::vector<delivery::lane_setup> lanes);
    void notify_ready() const;

    const daemon_options& options_;
    config::configuration config_; ///< in force
    runtime::system_clock clock_;
    runtime::supervisor& supervisor_;
    std::atomic<bool> stopping_{false};
    runtime::roll_call roll_; ///< of the threads that must turn

    std::filesystem::path state_directory_;
    std::unique_ptr<store::event_store> store_;
    std::unique_ptr<ingest::outage_recorder> life_; ///< outlives the writer, which runs its tasks
    std::unique_ptr<store::group_writer> writer_;
    std::atomic<std::uint64_t> max_pending_{config_.reloadable.max_pending};
    handler::workshop workshop_{clock_};
    delivery::handler_pool handlers_{[this](const config::handler& h) { return workshop_.make(h); },
                                     handler::contents_of};
    runtime::shared_value<delivery::planner> planner_{delivery::planner(config_.reloadable)};
    std::unique_ptr<store::purger> purger_;
    believed_clock believed_{purger_};
    std::unique_ptr<delivery::engine> engine_;
    std::vector<std::unique_ptr<ingest::key_ring>> key_rings_;
    std::unique_ptr<ingest::receiver> receiver_;
    runtime::background_pool admin_readers_{2, "admin-reader"};
    admin::arrivals arrived_;
    admin::access access_{config_.reloadable.admin, clock_};
    admin::universign_api universign_{config_.reloadable.universign};
    admin::reload_requests reloads_{runtime::supervisor::ask_for_reload};
    http::router admin_routes_;
    std::unique_ptr<runtime::event_loops> ingest_loops_;
    std::unique_ptr<runtime::event_loops> admin_loop_;
    std::unique_ptr<http::server> admin_server_;
    std::unique_ptr<http::server> ingest_server_;
};

/// No call of the admin API has a body to speak of, and who sends one has not shown a token yet.
inline config::limits admin_limits(config::limits limits) {
    limits.body.bytes = std::min<std::uint64_t>(limits.body.bytes, 64 * 1024);
    return limits;
}

/// How long the store keeps what, as the purger wants it told.
inline store::purger::ages ages_of(const config::retention& keep) {
    return {keep.events, keep.payloads};
}

} // namespace webhookd
