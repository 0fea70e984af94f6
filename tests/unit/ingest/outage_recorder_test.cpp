#include <webhookd/ingest/outage_recorder.hpp>

#include "support/fake_event_store.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>

using namespace webhookd;
using namespace std::chrono_literals;
using ingest::outage_recorder;
using test::wait_for_condition;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;

class set_clock final : public runtime::clock {
public:
    timestamp now() const override { return now_; }
    void set(timestamp t) { now_ = t; }

private:
    std::atomic<timestamp> now_{noon};
};

struct fixture {
    explicit fixture(outage_recorder::options opts = {})
        : recorder({store, "host"}, writer, clock, opts) {}
    ~fixture() { writer.stop(); }

    test::fake_event_store store;
    set_clock clock;
    store::group_writer writer{store, {}};
    outage_recorder recorder;
};

} // namespace

TEST_CASE("a run is told of from its first sign to its last", "[ingest][outages]") {
    fixture f;
    f.recorder.start();
    REQUIRE(wait_for_condition([&] { return !f.store.heartbeats().empty(); }));
    f.clock.set(noon + 1h);
    f.recorder.stop(noon + 59min);
    f.recorder.stop(noon + 2h); // has ended already
    f.writer.stop();
    const auto signs = f.store.heartbeats();
    REQUIRE(signs.size() == 2); // a minute never passed
    CHECK((signs[0].first && !signs[0].last && signs[0].now == noon));
    CHECK((signs[0].instance == "host" && signs[1].instance == "host"));
    CHECK((!signs[1].first && signs[1].last && signs[1].now == noon + 59min));
}

TEST_CASE("heartbeats go on, and a new outage does not wait for the next one", "[ingest][outages]") {
    SECTION("again and again") {
        fixture f({.interval = 1ms});
        f.recorder.start();
        CHECK(wait_for_condition([&] { return f.store.heartbeats().size() > 5; }));
        f.recorder.stop(noon);
    }
    SECTION("at once") {
        fixture f({.interval = 24h});
        f.recorder.start();
        f.recorder.deferred("production", errc::queue_full);
        CHECK(wait_for_condition([&] { return f.store.refusals().size() == 1; }));
        CHECK(f.store.refusals()[0].endpoint == "production");
        f.recorder.stop(noon);
    }
}

TEST_CASE("what could not be written is written when the disk is back, with the start as it was",
          "[ingest][outages]") {
    fixture f({.interval = 1ms});
    std::atomic<bool> broken{true};
    std::atomic<int> tried{0};
    f.store.on_heartbeat([&]() -> std::optional<failure> {
        ++tried;
        if (broken) return failure{errc::store_io};
        return std::nullopt;
    });
    f.recorder.start();
    f.recorder.deferred("production", errc::store_io);
    REQUIRE(wait_for_condition([&] { return tried > 3; }));
    f.clock.set(noon + 1h);
    broken = false;
    REQUIRE(wait_for_condition([&] { return !f.store.refusals().empty(); }));
    f.recorder.stop(noon + 1h);
    f.writer.stop();
    CHECK(f.store.heartbeats().front().first);
    CHECK(f.store.heartbeats().front().now == noon);
    CHECK(f.store.refusals()[0].began == noon);
    CHECK(f.store.refusals()[0].refused == 1);
}

TEST_CASE("each heartbeat tells what the instance is by then, and a change does not wait for the next one",
          "[ingest][outages]") {
    std::atomic<int> in_flight{1};
    fixture f({.interval = 24h, .state = [&] {
                   store::instance_state now{.version = "1.2.3"};
                   now.in_flight = in_flight;
                   return now;
               }});
    f.recorder.start();
    REQUIRE(wait_for_condition([&] { return !f.store.heartbeats().empty(); }));
    in_flight = 2;
    f.recorder.tell_soon();
    REQUIRE(wait_for_condition([&] { return f.store.heartbeats().size() == 2; }));
    in_flight = 3;
    CHECK(f.recorder.tell_now(30s));
    CHECK(f.store.heartbeats().back().state.in_flight == 3);
    f.store.on_heartbeat([]() -> std::optional<failure> { return failure{errc::store_io}; });
    CHECK_FALSE(f.recorder.tell_now(30s));
    f.store.on_heartbeat({});
    f.recorder.stop(noon);
    f.writer.stop();
    const auto told = f.store.heartbeats();
    CHECK(told[0].state.version == "1.2.3");
    CHECK(told[0].state.in_flight == 1);
    CHECK(told[1].state.in_flight == 2);
    CHECK(told.back().last);
}
