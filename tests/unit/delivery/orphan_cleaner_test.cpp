#include <webhookd/delivery/engine.hpp>

#include "delivery/orphan_cleaner.hpp"
#include "support/fake_event_store.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <map>
#include <set>
#include <string>
#include <variant>

using namespace webhookd;
using namespace std::chrono_literals;
using test::wait_for_condition;

namespace {

/// Deliveries wait in it for a handler that nobody has.
class store_of_orphans final : public test::fake_event_store {
public:
    explicit store_of_orphans(bool leads)
        : leads_(leads) {}

    std::atomic<int> asked = 0;
    std::atomic<int> failed = 0;
    std::atomic<int> counted = 0;
    std::set<std::string, std::less<>> elsewhere; ///< has these handlers

    result<bool> try_lead(store::duty which, std::chrono::milliseconds) override {
        ++asked;
        return which == store::duty::orphans && leads_;
    }
    result<std::set<std::string, std::less<>>> handlers_elsewhere() override { return elsewhere; }
    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        ++counted;
        return std::map<std::string, std::int64_t>{{"gone", 3}};
    }
    result<std::size_t> fail_waiting(std::string_view, std::string_view, std::size_t) override {
        ++failed;
        return 3;
    }

private:
    const bool leads_; ///< else another instance does
};

/// Counts until it is let go.
class slow_store final : public test::fake_event_store {
public:
    std::atomic<bool> counts = false;
    std::promise<void> let_go;

    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        counts = true;
        let_go.get_future().wait();
        return std::map<std::string, std::int64_t>{};
    }
};

} // namespace

TEST_CASE("a look for orphans that takes long holds up neither the delivery thread nor its end",
          "[delivery]") {
    slow_store kept;
    const runtime::system_clock clock;
    store::group_writer writer(kept, {});
    delivery::engine engine({kept, kept, kept, kept, {kept}}, writer, clock, clock);
    engine.start({});
    CHECK(wait_for_condition([&] { return kept.counts.load(); }));
    std::promise<void> answered;
    auto answer = answered.get_future();
    engine.ask([&] { answered.set_value(); });
    CHECK(answer.wait_for(30s) == std::future_status::ready);
    CHECK(engine.stop({}));
    kept.let_go.set_value();
}

TEST_CASE("handlers that change during a look for orphans are looked at at once after it", "[delivery]") {
    delivery::orphan_cleaner cleaner;
    const delivery::orphan_cleaner::steady::time_point now{1h};
    const auto checks = [&](auto at) {
        const auto todo = cleaner.next({}, at);
        return todo && std::holds_alternative<delivery::count_waiting>(*todo);
    };
    cleaner.check_soon();
    REQUIRE(checks(now));
    CHECK_FALSE(cleaner.is_failing());
    cleaner.check_soon();
    CHECK_FALSE(cleaner.wants_work(now));
    const bool led_by_other = GENERATE(true, false);
    if (led_by_other)
        cleaner.led_by_other(now);
    else
        cleaner.counted(std::map<std::string, std::int64_t>{}, {}, {}, now);
    REQUIRE(checks(now));
    // And a while later, for what was on its way to the disk.
    cleaner.counted(std::map<std::string, std::int64_t>{}, {}, {}, now);
    CHECK_FALSE(checks(now));
    CHECK(checks(now + 1min));
}

TEST_CASE("what waits for a handler that is no more is failed by who leads the duty alone", "[delivery]") {
    const bool leads = GENERATE(true, false);
    store_of_orphans kept(leads);
    const runtime::system_clock clock;
    store::group_writer writer(kept, {});
    delivery::engine engine({kept, kept, kept, kept, {kept}}, writer, clock, clock);
    engine.start({});
    REQUIRE(wait_for_condition([&] { return kept.asked > 0; }));
    if (leads) {
        CHECK(wait_for_condition([&] { return kept.failed == 1; }));
    } else {
        // What it has found is failed before it checks again.
        engine.apply({});
        CHECK(wait_for_condition([&] { return kept.asked > 1; }));
    }
    engine.stop({});
    writer.stop();
    CHECK(kept.failed == (leads ? 1 : 0));
}

TEST_CASE("what waits for a handler that another instance has is left to it", "[delivery]") {
    store_of_orphans kept(true);
    kept.elsewhere = {"gone"};
    const runtime::system_clock clock;
    store::group_writer writer(kept, {});
    delivery::engine engine({kept, kept, kept, kept, {kept}}, writer, clock, clock);
    engine.start({});
    REQUIRE(wait_for_condition([&] { return kept.counted > 0; }));
    engine.apply({}); // what it has found would be failed before it checks again
    CHECK(wait_for_condition([&] { return kept.counted > 1; }));
    engine.stop({});
    writer.stop();
    CHECK(kept.failed == 0);
}
