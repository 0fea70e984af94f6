#include "store/contract/engine.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using notices = std::vector<commit_notice>;

constexpr commit_notice events_alone{.events = true};
constexpr commit_notice events_to_deliver{.events = true, .deliveries = true};
constexpr commit_notice deliveries_alone{.deliveries = true};

/// A store, and what a listener has heard of it.
struct fixture : contract_fixture {
    fixture() { listen(); }
    void listen() {
        listening = kept->subscribe([this](const commit_notice& of) {
            const std::lock_guard lock{mutex};
            // That deliveries wait may be told again, when nobody claims them for seconds.
            if (of == deliveries_alone && !all.empty() && all.back().deliveries) return;
            all.push_back(of);
        });
    }
    /// What was heard since the last call, once as much has come: an engine may tell later than it answers.
    notices heard(std::size_t count) {
        CHECK(wait_for_condition([&] {
            const std::lock_guard lock{mutex};
            return all.size() >= count;
        }));
        const std::lock_guard lock{mutex};
        return std::exchange(all, {});
    }
    /// Whatever else is told comes before this one.
    notices heard_before_event(const char* id) {
        keep(make_event(id));
        REQUIRE(wait_for_condition([&] {
            const std::lock_guard lock{mutex};
            return !all.empty() && all.back() == events_alone;
        }));
        auto before = heard(1);
        before.pop_back();
        return before;
    }

    std::mutex mutex;
    notices all;
    subscription listening;
};

} // namespace

TEST_CASE("who listens hears of each commit that keeps events, once, and whether deliveries wait",
          "[store][notifications]") {
    fixture f;
    REQUIRE(f.kept->append(make_events("evt_", 100)).has_value());
    f.kept->announce();
    CHECK(f.heard(1) == notices{events_alone});
    auto batch = make_events("other_", 100);
    batch[99].deliveries = {crm};
    REQUIRE(f.kept->append(batch).has_value());
    f.kept->announce();
    CHECK(f.heard(1) == notices{events_to_deliver});
    f.finish_next("crm", delivery_state::successful);
    // Duplicates bring nothing, whatever they would have planned.
    REQUIRE(f.kept->append(batch).has_value());
    REQUIRE(f.kept->append({}).has_value());
    f.kept->announce();
    CHECK(f.heard_before_event("evt_last").empty());
}

TEST_CASE("who listens hears of deliveries that are planned, retried, called back or freed",
          "[store][notifications]") {
    fixture f;
    f.keep("evt_1", "tx_1", {{"crm", ordering::block}});
    CHECK(f.heard(1) == notices{events_to_deliver});
    SECTION("by a replay") {
        const event_plan again{1, {audit}};
        REQUIRE(f.kept->plan({&again, 1})->size() == 1);
        CHECK(f.heard(1) == notices{deliveries_alone});
    }
    SECTION("by hand") {
        f.finish_next("crm", delivery_state::failed);
        REQUIRE(f.kept->retry({}, 10).value() == 1);
        CHECK(f.heard(1) == notices{deliveries_alone});
    }
    SECTION("after a clock was wrong") {
        f.finish(1, delivery_state::pending, 100h);
        REQUIRE(f.kept->call_back("crm", 1h, 10).value() == 1);
        CHECK(f.heard(1) == notices{deliveries_alone});
    }
    SECTION("by an erasure of what held them up") {
        f.keep("evt_2", "tx_1", {{"crm", ordering::block}});
        CHECK(f.heard(1) == notices{events_to_deliver});
        f.finish_next("crm", delivery_state::failed);
        f.erase({1});
        CHECK(f.heard(1) == notices{deliveries_alone});
        CHECK(f.claimed_ids("crm") == std::vector<std::string>{"evt_2"});
    }
}

TEST_CASE("what brings nothing to do is not told", "[store][notifications]") {
    fixture f;
    f.keep(make_event("evt_1"));
    CHECK(f.heard(1) == notices{events_alone});
    REQUIRE(f.kept->plan({})->empty());
    REQUIRE(f.kept->retry({}, 10).value() == 0);
    REQUIRE(f.kept->call_back("crm", 1h, 10).value() == 0);
    REQUIRE(f.kept->fail_waiting("crm", "no", 10).value() == 0);
    REQUIRE(f.kept->purge(std::vector<event_offset>{1}, purge_scope::payload, 1024)->purged == 1);
    REQUIRE(f.kept->record_heartbeat({.now = noon, .first = true}));
    CHECK(f.heard_before_event("evt_2").empty());
}

TEST_CASE("a subscription that has ended is never called, and others go on", "[store][notifications]") {
    fixture f;
    std::atomic<int> calls = 0;
    auto ended = f.kept->subscribe([&](const auto&) { ++calls; });
    auto moved = std::move(ended);
    ended.reset(); // of nothing
    f.keep(make_event("evt_1"));
    REQUIRE(wait_for_condition([&] { return calls == 1; }));
    moved.reset();
    f.keep(make_event("evt_2"));
    CHECK(f.heard(2).size() == 2);
    CHECK(calls == 1);
    // One may outlive the store.
    f.reopen();
    f.keep(make_event("evt_3"));
    f.listen();
    CHECK(f.heard_before_event("evt_4").empty());
}

TEST_CASE("the end of a subscription waits for a call under way", "[store][notifications]") {
    fixture f;
    std::promise<void> called;
    std::promise<void> may_return;
    std::atomic<bool> returned = false;
    auto slow = f.kept->subscribe([&](const auto&) {
        called.set_value();
        may_return.get_future().wait();
        returned = true;
    });
    std::thread writing{[&] {
        const auto e = make_event("evt_1");
        (void)f.kept->append({&e, 1});
        f.kept->announce();
    }};
    called.get_future().wait();
    std::thread releasing{[&] { may_return.set_value(); }};
    slow.reset();
    CHECK(returned);
    releasing.join();
    writing.join();
}

TEST_CASE("a listener that throws takes nothing from the others", "[store][notifications]") {
    fixture f;
    const auto thrower = f.kept->subscribe([](const auto&) { throw std::runtime_error{"here"}; });
    f.listen(); // comes after it
    CHECK(f.keep(make_event("evt_1")).status == append_status::accepted);
    CHECK(f.heard(1) == notices{events_alone});
}
