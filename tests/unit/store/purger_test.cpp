#include <webhookd/store/open.hpp>
#include <webhookd/store/purger.hpp>

#include "support/fake_event_store.hpp"
#include "support/store_events.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

class noon_clock final : public runtime::clock {
public:
    [[nodiscard]] timestamp now() const override { return *parse_rfc3339("2026-01-02T12:00:00Z"); }
};

struct fixture {
    fixture()
        : kept(std::move(store::open(sqlite_url(directory / "events.db")).value()))
        , writer(*kept, {}) {}

    void keep(int count, std::chrono::hours age, std::size_t body = 10) {
        auto events = make_events("evt_", static_cast<std::size_t>(count), ++next * 1000);
        for (auto& e : events) {
            e.received = clock.now() - age;
            e.body.assign(body, 'x');
        }
        REQUIRE(kept->append(events).has_value());
    }
    std::size_t bodies() {
        std::size_t n = 0;
        for (const auto& e : kept->read_after(0, 10'000, 1'000'000'000).value())
            n += e.body.empty() ? 0 : 1;
        return n;
    }

    const noon_clock clock;
    temp_directory directory;
    std::unique_ptr<event_store> kept;
    group_writer writer;
    std::size_t next = 0;
};

/// Has one event to let go of, and asks `removed` in the moment when that goes.
class store_of_one final : public fake_event_store {
public:
    std::function<bool()> removed;
    std::atomic<bool> told = false;
    std::atomic<bool> leads = true; ///< else another instance does

    result<bool> try_lead(duty which, std::chrono::milliseconds) override {
        return which == duty::retention && leads;
    }

    result<purge_candidates> purgeable(const purge_search& wanted) override {
        return wanted.after == 0 ? purge_candidates{{1}, {}, {}} : purge_candidates{};
    }
    result<purge_outcome> purge(std::span<const event_offset> events, purge_scope, std::size_t) override {
        told = removed();
        return purge_outcome{.done = events.size(), .purged = events.size()};
    }
};

/// Another instance leads the duty, and purges.
class store_of_another final : public fake_event_store {
public:
    std::atomic<bool> purged = false;

    result<bool> try_lead(duty, std::chrono::milliseconds) override { return false; }
    result<std::vector<stored_event>> read_after(event_offset, std::size_t, std::size_t,
                                                 projection) override {
        std::vector<stored_event> oldest(1);
        oldest.front().offset = purged ? 2 : 1;
        return oldest;
    }
};

} // namespace

TEST_CASE("who no longer finds an event can know that it was purged", "[purge]") {
    const noon_clock clock;
    store_of_one kept;
    group_writer writer{kept, {}};
    purger p{kept, kept, {kept}, writer, clock, {.events = 24h, .payloads = {}}};
    kept.removed = [&] { return p.removed_before() == clock.now() - 24h; };
    CHECK_FALSE(p.removed_before());
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().events == 1; }));
    CHECK(kept.told);
}

TEST_CASE("who no longer finds an event can know that another instance has purged it", "[purge]") {
    const noon_clock clock;
    store_of_another kept;
    group_writer writer{kept, {}};
    purger p{kept, kept, {kept}, writer, clock, {.events = 24h, .payloads = {}}};
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().rounds == 1; }));
    CHECK_FALSE(p.removed_before());
    kept.purged = true;
    p.change({.events = 24h, .payloads = {}}); // another round
    CHECK(wait_for_condition([&] { return p.removed_before() == clock.now() - 24h; }));
}

TEST_CASE("a purger that does not lead its duty purges nothing, until it does", "[purge]") {
    const noon_clock clock;
    store_of_one kept;
    kept.removed = [] { return true; };
    kept.leads = false;
    group_writer writer{kept, {}};
    purger p{kept, kept, {kept}, writer, clock, {.events = 24h, .payloads = {}}};
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().rounds == 1; }));
    CHECK(p.snapshot().events == 0);
    CHECK(p.snapshot().failures == 0);
    kept.leads = true;
    p.change({.events = 24h, .payloads = {}});
    REQUIRE(wait_for_condition([&] { return p.snapshot().events == 1; }));
}

TEST_CASE("the purger lets go at the start what is old enough, and counts it", "[purge]") {
    fixture f;
    f.keep(300, 100h);
    f.keep(200, 50h, 20'000);
    f.keep(100, 1h);
    purger p{*f.kept, *f.kept, {*f.kept}, f.writer, f.clock, {.events = 90h, .payloads = 24h}};
    CHECK(p.snapshot().rounds == 0);
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().rounds == 1; }));
    const auto done = p.snapshot();
    CHECK(done.events == 300);
    CHECK(done.payloads == 200);
    CHECK(done.bytes == 300 * 10 + 200 * 20'000);
    CHECK(done.failures == 0);
    CHECK(done.last_round == f.clock.now());
    CHECK(f.kept->count({}).value() == 300);
    CHECK(f.bodies() == 100);
}

TEST_CASE("other ages take effect at once, and none keeps everything", "[purge]") {
    fixture f;
    f.keep(100, 50h);
    purger p{*f.kept, *f.kept, {*f.kept}, f.writer, f.clock, {}};
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().rounds == 1; }));
    CHECK(f.bodies() == 100);
    p.change({.events = {}, .payloads = 24h});
    REQUIRE(wait_for_condition([&] { return p.snapshot().payloads == 100; }));
    p.change({.events = 24h, .payloads = {}});
    REQUIRE(wait_for_condition([&] { return p.snapshot().events == 100; }));
    p.stop();
    CHECK(f.kept->count({}).value() == 0);
}

TEST_CASE("events are kept while a purge goes on", "[purge]") {
    fixture f;
    f.keep(3000, 50h);
    purger p{*f.kept, *f.kept, {*f.kept}, f.writer, f.clock, {.events = 24h, .payloads = {}}};
    p.start();
    // Each waits for the one before, as a client with one connection does.
    std::size_t during = 0;
    while (p.snapshot().rounds == 0) {
        std::promise<bool> kept;
        auto e = make_event("new_" + std::to_string(during++));
        e.received = f.clock.now();
        REQUIRE(f.writer.submit(std::move(e), [&](const auto& r) { kept.set_value(r.has_value()); }));
        REQUIRE(kept.get_future().get());
    }
    CHECK(p.snapshot().events == 3000);
    CHECK(f.kept->count({}).value() == static_cast<std::int64_t>(during));
}

TEST_CASE("a purger that is stopped in the middle ends soon", "[purge]") {
    fixture f;
    f.keep(5000, 50h);
    purger p{*f.kept, *f.kept, {*f.kept}, f.writer, f.clock, {.events = 24h, .payloads = {}}};
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().events > 0; }));
    p.stop();
    p.stop();
    const auto purged = static_cast<std::int64_t>(p.snapshot().events);
    CHECK(f.kept->count({}).value() == 5000 - purged);
}

TEST_CASE("longer ages end a round that goes on", "[purge]") {
    fixture f;
    f.keep(20'000, 50h);
    purger p{*f.kept, *f.kept, {*f.kept}, f.writer, f.clock, {.events = 24h, .payloads = {}}};
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().events > 0; }));
    p.change({.events = 60h, .payloads = {}});
    REQUIRE(wait_for_condition([&] { return p.snapshot().rounds == 2; }));
    CHECK(p.snapshot().failures == 0);
    CHECK(f.kept->count({}).value() > 0);
}

TEST_CASE("a purger whose writer has stopped gives up without a failure to report", "[purge]") {
    fixture f;
    f.keep(10, 50h);
    f.writer.stop();
    purger p{*f.kept, *f.kept, {*f.kept}, f.writer, f.clock, {.events = 24h, .payloads = {}}};
    p.start();
    REQUIRE(wait_for_condition([&] { return p.snapshot().rounds == 1; }));
    CHECK(p.snapshot().failures == 0);
    CHECK(f.kept->count({}).value() == 10);
}
