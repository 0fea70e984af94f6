#include "support/delivery_engine.hpp"
#include "support/scripted_handler.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using handler::verdict;
using store::delivery_state;
using test::quick;
using test::scripted_handler;

namespace {

using fixture = test::delivery_engine;

const store::planned_delivery plain{"crm", store::ordering::none};
const store::planned_delivery in_order{"crm", store::ordering::skip};

} // namespace

TEST_CASE("what is planned runs, and what came of it is kept", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    f.add("evt_before", "tx", {plain});
    f.run({{"crm", quick(), crm}});
    for (int i = 0; i < 300; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    REQUIRE(f.settled(delivery_state::successful, 301));
    CHECK(crm->ids().size() == 301);
    CHECK(f.kept->pending() == 0);
    CHECK(test::wait_for_condition([&] { return f.status().successful == 301; }));
    CHECK(f.kept->attempts(1).value().size() == 1);
}

TEST_CASE("a refused attempt is made again until it succeeds, with its number", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->answer([](const handler::delivery& d) {
        return d.attempt < 3 ? handler::outcome{verdict::retry, 503, "HTTP 503", "busy", {}}
                             : handler::outcome{};
    });
    f.run({{"crm", quick(), crm}});
    f.add("evt_1", "tx", {plain});
    REQUIRE(f.settled(delivery_state::successful, 1));
    const auto attempts = f.kept->attempts(1).value();
    REQUIRE(attempts.size() == 3);
    CHECK(attempts[0].status == 503);
    CHECK(attempts[0].reason == "HTTP 503");
    CHECK(attempts[0].output == "busy");
    CHECK(attempts[2].reason.empty());
    CHECK(test::wait_for_condition([&] { return f.status().retried == 2; }));
    CHECK(f.status().last_error == "HTTP 503");
}

TEST_CASE("after the last attempt a delivery is failed, and a retry by hand brings it back", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    std::atomic<bool> repaired = false;
    crm->answer([&](const handler::delivery&) {
        return repaired ? handler::outcome{} : handler::outcome{verdict::retry, 0, "refused", {}, {}};
    });
    f.run({{"crm", quick(), crm}});
    f.add("evt_1", "tx", {plain});
    REQUIRE(f.settled(delivery_state::failed, 1));
    CHECK(f.kept->attempts(1).value().size() == 5);
    CHECK(f.records()[0].reason == "refused; that was the last attempt");

    repaired = true;
    REQUIRE(f.writer->submit_task([&s = *f.kept] { (void)s.retry({.handler = "crm"}, 10); }));
    REQUIRE(f.settled(delivery_state::successful, 1));
    CHECK(f.kept->attempts(1).value().size() == 6);
}

TEST_CASE("a verdict that it cannot succeed ends a delivery at once", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->answer([](const handler::delivery& d) {
        return d.event.envelope.id == "evt_1" ? handler::outcome{verdict::failed, 400, "HTTP 400", {}, {}}
                                              : handler::outcome{};
    });
    f.run({{"crm", quick(), crm}});
    f.add("evt_1", "tx", {plain});
    f.add("evt_2", "tx", {plain});
    REQUIRE(f.settled(delivery_state::failed, 1));
    REQUIRE(f.settled(delivery_state::successful, 1));
    CHECK(f.kept->attempts(1).value().size() == 1);
}

TEST_CASE("never more attempts at once than the handler may have", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->hold();
    auto common = quick();
    common.concurrency = 3;
    f.run({{"crm", common, crm}});
    for (int i = 0; i < 20; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    REQUIRE(test::wait_for_condition([&] { return crm->held() == 3; }));
    crm->release();
    REQUIRE(f.settled(delivery_state::successful, 20));
    CHECK(crm->most_at_once() <= 3);
}

TEST_CASE("one transaction's events run one after another, whatever fails, and others pass", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->answer([](const handler::delivery& d) {
        // Every other attempt fails.
        return d.attempt % 2 == 1 ? handler::outcome{verdict::retry, 0, "again", {}, {}} : handler::outcome{};
    });
    auto common = quick();
    common.order_by = config::ordering::transaction;
    f.run({{"crm", common, crm}});
    std::map<std::string, std::vector<std::string>> expected;
    for (int i = 0; i < 60; ++i) {
        const auto id = "evt_" + std::to_string(i);
        const auto transaction = "tx_" + std::to_string(i % 4);
        expected[transaction].push_back(id);
        expected[transaction].push_back(id);
        f.add(id, transaction, {in_order});
    }
    REQUIRE(f.settled(delivery_state::successful, 60));
    CHECK(crm->ids_by_transaction() == expected);
}

TEST_CASE("an open circuit tries nothing, and a half-open one tests until it may close", "[delivery]") {
    using state = delivery::circuit_breaker::state;
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    std::atomic<bool> down = true;
    crm->answer([&](const handler::delivery&) {
        return down ? handler::outcome{verdict::retry, 0, "connection refused", {}, {}} : handler::outcome{};
    });
    auto common = quick();
    common.concurrency = 1;
    common.retry.max_attempts = 1'000'000;
    common.circuit_breaker = config::circuit_breaker{4, 1h};
    f.run({{"crm", common, crm}});
    for (int i = 0; i < 30; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    REQUIRE(test::wait_for_condition([&] { return f.status().circuit == state::open; }));
    CHECK(crm->ids().size() == 4);

    // New settings begin with a closed circuit, which opens and tests again and again.
    common.circuit_breaker = config::circuit_breaker{4, 1ms};
    f.engine->apply({{"crm", common, crm}});
    REQUIRE(test::wait_for_condition([&] { return crm->ids().size() > 12; }));
    down = false;
    REQUIRE(f.settled(delivery_state::successful, 30));
    CHECK(test::wait_for_condition([&] { return f.status().circuit == state::closed; }));
}

TEST_CASE("a handler that throws is tried again and harms no other", "[delivery]") {
    fixture f;
    auto bad = std::make_shared<scripted_handler>();
    auto good = std::make_shared<scripted_handler>();
    bad->answer([](const handler::delivery& d) -> handler::outcome {
        if (d.attempt == 1) throw std::runtime_error("a bug");
        return {};
    });
    f.run({{"crm", quick(), bad}, {"audit", quick(), good}});
    f.add("evt_1", "tx", {plain, {"audit", store::ordering::none}});
    REQUIRE(f.settled(delivery_state::successful, 2));
    CHECK(f.kept->attempts(1).value().at(0).reason == "the handler met an unexpected exception");
}

TEST_CASE("stopping waits for what runs, and what is cut off runs again after a start, as if never tried",
          "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->hold();
    f.run({{"crm", quick(), crm}});
    for (int i = 0; i < 20; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    REQUIRE(test::wait_for_condition([&] { return crm->held() == quick().concurrency; }));
    CHECK_FALSE(f.engine->stop(10ms));
    CHECK(f.records({.state = delivery_state::pending}).size() == 20);

    auto again = std::make_shared<scripted_handler>();
    f.run({{"crm", quick(), again}});
    REQUIRE(f.settled(delivery_state::successful, 20));
    for (const auto& each : f.records())
        CHECK(each.attempts == 1);
    CHECK(f.engine->stop(10s));
}

TEST_CASE("what waits for a handler that is gone fails, and can be retried when it is back", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    auto audit = std::make_shared<scripted_handler>();
    for (int i = 0; i < 1200; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    f.run({{"audit", quick(), audit}});
    REQUIRE(test::wait_for_condition([&] { return f.kept->pending() == 0; }));
    CHECK(f.records({.state = delivery_state::failed}).front().reason ==
          "the handler is not in the configuration any more");

    f.engine->apply({{"audit", quick(), audit}, {"crm", quick(), crm}});
    REQUIRE(f.writer->submit_task([&s = *f.kept] { (void)s.retry({.handler = "crm"}, 5000); }));
    REQUIRE(test::wait_for_condition([&] { return f.kept->pending() == 0 && crm->ids().size() == 1200; }));
}

TEST_CASE("a change of the handlers lets attempts under way end, and the new ones go on", "[delivery]") {
    fixture f;
    auto before = std::make_shared<scripted_handler>();
    auto after = std::make_shared<scripted_handler>();
    before->hold();
    f.run({{"crm", quick(), before}});
    for (int i = 0; i < 30; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    REQUIRE(test::wait_for_condition([&] { return before->held() == quick().concurrency; }));
    f.engine->apply({{"crm", quick(), after}});
    REQUIRE(f.settled(delivery_state::successful, 30 - quick().concurrency));
    before->release();
    REQUIRE(f.settled(delivery_state::successful, 30));
    CHECK(before->ids().size() + after->ids().size() == 30);
}

TEST_CASE("a handler that changed goes on counting, one that was gone begins anew", "[delivery]") {
    fixture f;
    auto before = std::make_shared<scripted_handler>();
    auto after = std::make_shared<scripted_handler>();
    auto audit = std::make_shared<scripted_handler>();
    f.run({{"crm", quick(), before}});
    f.add("evt_1", "tx", {plain});
    REQUIRE(f.settled(delivery_state::successful, 1));
    f.engine->apply({{"crm", quick(), after}});
    f.add("evt_2", "tx", {plain});
    REQUIRE(f.settled(delivery_state::successful, 2));
    const auto status = f.status();
    CHECK(status.successful == 1);
    CHECK(status.concurrency == quick().concurrency);
    CHECK(status.counted->successful.load() == 2);
    CHECK(status.counted->to_success.read().sum > 0);

    f.engine->apply({{"audit", quick(), audit}});
    REQUIRE(test::wait_for_condition([&] { return f.status().name == "audit"; }));
    f.engine->apply({{"crm", quick(), before}});
    REQUIRE(test::wait_for_condition([&] { return f.status().name == "crm"; }));
    CHECK(f.status().counted->successful.load() == 0);
}

TEST_CASE("what is erased while it is claimed does not run once the claims are revoked", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->hold();
    auto common = quick();
    common.concurrency = 1;
    for (const auto* id : {"evt_1", "evt_2", "evt_3"})
        f.add(id, "tx", {plain});
    f.run({{"crm", common, crm}});
    REQUIRE(test::wait_for_condition([&] { return crm->held() == 1; })); // the others are claimed, too

    std::promise<void> revoked;
    REQUIRE(f.writer->submit_task([&, &s = *f.kept] {
        const store::event_offset second = 2;
        REQUIRE(s.erase({&second, 1}, {f.clock.now(), "ops"}, "erased", 1000).has_value());
        f.engine->revoke_claims([&] { revoked.set_value(); });
    }));
    revoked.get_future().get();
    crm->release();
    REQUIRE(f.settled(delivery_state::successful, 2));
    CHECK(crm->ids() == std::vector<std::string>{"evt_1", "evt_3"});
}

TEST_CASE("an engine that was never started has nothing claimed, and answers for itself", "[delivery]") {
    fixture f;
    store::group_writer writer(*f.kept, {});
    delivery::engine engine({*f.kept, *f.kept, *f.kept, *f.kept, {*f.kept}}, writer, f.clock, f.clock);
    int called = 0;
    engine.revoke_claims([&] { ++called; });
    engine.ask([&] { ++called; });
    CHECK(called == 2);
    CHECK(engine.stop(0ms));
}

TEST_CASE("an engine that has ended has nothing claimed", "[delivery]") {
    fixture f;
    f.run({{"crm", quick(), std::make_shared<scripted_handler>()}});
    CHECK(f.engine->stop(1s));
    bool called = false;
    f.engine->revoke_claims([&] { called = true; });
    CHECK(called);
}

TEST_CASE("what a changed handler's last attempts leave to be done is taken up by the new one",
          "[delivery]") {
    const auto plan = GENERATE(plain, in_order);
    fixture f;
    auto before = std::make_shared<scripted_handler>();
    auto after = std::make_shared<scripted_handler>();
    before->hold();
    auto common = quick();
    common.concurrency = 6;
    common.retry.initial = common.retry.max_delay = 50ms;
    common.order_by =
        plan.ordering == store::ordering::none ? config::ordering::none : config::ordering::transaction;
    f.run({{"crm", common, before}});
    for (int i = 0; i < 20; ++i)
        f.add("evt_" + std::to_string(i), "tx_" + std::to_string(i % 6), {plan});
    REQUIRE(test::wait_for_condition([&] { return before->held() == 6; }));
    f.engine->apply({{"crm", common, after}});
    // All the new one can do by itself is done before the old attempts end.
    REQUIRE(f.settled(delivery_state::successful, plan.ordering == store::ordering::none ? 14 : 0));
    before->release({verdict::retry, 503, "again", {}, {}});
    CHECK(f.settled(delivery_state::successful, 20));
}

TEST_CASE("what waits for an earlier delivery runs when its handler orders none any more", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->hold();
    auto ordered = quick();
    ordered.order_by = config::ordering::transaction;
    f.run({{"crm", ordered, crm}});
    for (int i = 0; i < 5; ++i)
        f.add("evt_" + std::to_string(i), "tx", {in_order});
    REQUIRE(test::wait_for_condition([&] { return crm->held() == 1; }));
    f.engine->apply({{"crm", quick(), crm}});
    REQUIRE(test::wait_for_condition([&] { return f.records().size() == 5; }));
    crm->release();
    CHECK(f.settled(delivery_state::successful, 5));
    CHECK(crm->ids() == std::vector<std::string>{"evt_0", "evt_1", "evt_2", "evt_3", "evt_4"});
}

TEST_CASE("an attempt that was none, for lack of resources, is made later and does not count", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    int tries = 0;
    crm->answer([&tries](const auto& d) -> handler::outcome {
        CHECK(d.attempt == 1);
        if (++tries < 3) return {verdict::abandoned, 126, "cannot be run: pipe: Too many open files", {}, {}};
        return {};
    });
    auto once = quick();
    once.retry.max_attempts = 1;
    once.circuit_breaker = config::circuit_breaker{1, 1h};
    f.run({{"crm", once, crm}});
    f.add("evt_1", "tx", {plain});
    CHECK(f.settled(delivery_state::successful, 1));
    CHECK(tries == 3);
    CHECK(f.records()[0].attempts == 1);
}
