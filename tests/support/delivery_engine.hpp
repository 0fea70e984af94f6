#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/delivery/planner.hpp>
#include <webhookd/store/open.hpp>

#include "support/store_events.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace webhookd::test {

/// Retries at once.
inline config::handler_common quick() {
    using namespace std::chrono_literals;
    config::handler_common common;
    common.retry.initial = 1ms;
    common.retry.max_delay = 2ms;
    common.retry.max_attempts = 5;
    return common;
}

/// The engine on a real store, with handlers that do what the test tells them.
struct delivery_engine {
    delivery_engine()
        : kept(std::move(store::open(sqlite_url(directory / "events.db")).value())) {}
    ~delivery_engine() { end(); }

    /// As the daemon does: the writer ends after the engine, whose last results it takes.
    void end() {
        if (engine) engine->stop({});
        if (writer) writer->stop();
        engine.reset();
        writer.reset();
    }

    void run(std::vector<delivery::handler_setup> setups) {
        end();
        writer = std::make_unique<store::group_writer>(*kept, store::group_writer::options{});
        engine = std::make_unique<delivery::engine>(
            delivery::engine_store{*kept, *kept, *kept, *kept, {*kept}}, *writer, clock, clock);
        engine->start(std::move(setups));
    }

    void add(const std::string& id, const std::string& transaction,
             std::vector<store::planned_delivery> planned) {
        auto e = make_event(id);
        e.envelope.transaction_id = transaction;
        e.received = clock.now();
        e.deliveries = std::move(planned);
        if (!writer) {
            REQUIRE(kept->append({&e, 1}).has_value());
            return;
        }
        REQUIRE(writer->submit(std::move(e), [](const auto&) {}));
    }

    std::vector<store::delivery_record> records(const store::delivery_filter& filter = {}) {
        return kept->deliveries(filter, std::nullopt, 1000).value();
    }
    bool settled(store::delivery_state state, std::size_t count) {
        return wait_for_condition([&] { return records({.state = state}).size() == count; });
    }
    delivery::handler_status status(std::size_t index = 0) { return engine->snapshot().at(index); }

    temp_directory directory;
    runtime::system_clock clock;
    std::unique_ptr<store::event_store> kept;
    std::unique_ptr<store::group_writer> writer;
    std::unique_ptr<delivery::engine> engine;
};

} // namespace webhookd::test
