#include <webhookd/app.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/handler/log_settings.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/resources.hpp>
#include <webhookd/runtime/stop_bound.hpp>
#include <webhookd/runtime/systemd.hpp>

#include "daemon.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace webhookd {

namespace {

/// What a stop may take beyond the grace: attempts that are cut off, the last lines, the database.
constexpr std::chrono::seconds after_grace{15};

} // namespace

void daemon::stop() {
    stopping_ = true;
    runtime::systemd::notify_stopping();
    reloads_.close();
    log::info("stopping", {{"grace_ms", config_.fixed.server.shutdown_grace.count()}});
    ingest_server_->stop_accepting();
    const auto stopped_at = clock_.now();
    for (auto& ring : key_rings_)
        ring->stop(); // requests that wait for keys are answered 503 now
    const auto grace_ends = std::chrono::steady_clock::now() + config_.fixed.server.shutdown_grace;
    if (!ingest_server_->drain(config_.fixed.server.shutdown_grace))
        log::warning("connections were cut off: the grace was over");
    life_->stop(stopped_at);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(grace_ends - std::chrono::steady_clock::now());
    purger_->stop();
    engine_->stop(std::max(left, std::chrono::milliseconds(0)));
    writer_->stop();
    admin_server_->stop_accepting();
    admin_server_->drain(std::chrono::milliseconds(500));
    universign_.stop();
    admin_readers_.join();
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
                          {"ignored", received.ignored},
                          {"batches", written.batches}});
}

int run_daemon(const daemon_options& options) {
    const auto& configuration = options.configuration;
    runtime::raise_descriptor_limit();
    runtime::supervisor supervisor; // blocks the signals, so before any thread starts
    log::start({handler::to_log(configuration.reloadable.log_level),
                handler::to_log(configuration.fixed.log_format), runtime::systemd::logs_to_journal()});
    for (const auto& each : options.warnings)
        log::warning("the configuration", {{"diagnostic", each}});
    int exit_code = exit_code::ok;
    std::optional<runtime::stop_bound> last_resort;
    {
        daemon d(options, supervisor);
        const auto bound = configuration.fixed.server.shutdown_grace + after_grace;
        if (const auto code = d.start()) {
            exit_code = *code;
            last_resort.emplace(bound, exit_code);
        } else {
            d.run();
            last_resort.emplace(bound, exit_code::software);
            d.stop();
        }
    }
    log::stop();
    return exit_code;
}

} // namespace webhookd
