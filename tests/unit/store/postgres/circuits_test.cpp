#include "support/no_postgres.hpp"
#include "support/shared_database.hpp"
#include "support/store_events.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

/// Two daemons, and a delivery for the handler crm.
struct shared_circuit : shared_database {
    shared_circuit() {
        auto e = make_event("evt_1");
        e.deliveries = {store::planned_delivery{"crm"}};
        REQUIRE(a.append({&e, 1}).has_value());
    }
    /// Changes its row.
    void set(const std::string& what) { database.execute("UPDATE universign_webhookd.circuits SET " + what); }
};

store::claim_answer claim(store::event_store& by) {
    return by.claim({.handler = "crm", .lease = 1h}).value();
}

} // namespace

TEST_CASE("a circuit that one daemon opens keeps the others from claiming and its test is for one",
          "[store][postgres][circuits]") {
    if (no_postgres()) return;
    shared_circuit s;
    CHECK(s.a.shares_circuits());
    const auto opening = s.a.open_circuit("crm", 1h).value();
    CHECK(claim(s.b).circuit_open);
    CHECK(s.b.open_circuit("crm", 2h).value() == opening);
    CHECK_FALSE(s.b.try_test_circuit("crm", 1h).value());
    s.set("until = universign_webhookd.now_us()");
    REQUIRE(s.b.try_test_circuit("crm", 1h).value());
    CHECK_FALSE(s.a.try_test_circuit("crm", 1h).value());
    CHECK(claim(s.a).circuit_open);
    const auto seen = s.a.open_circuits().value().at(0);
    CHECK_FALSE(seen.is_tester);
    CHECK(seen.left > 50min);
    CHECK(s.a.open_circuit("crm", 2h).value() == opening); // it is being tested
    CHECK(claim(s.b).deliveries.size() == 1);
    SECTION("the tester closes it") {
        REQUIRE(s.b.close_circuit("crm", opening).has_value());
        CHECK(s.a.open_circuits().value().empty());
        CHECK_FALSE(claim(s.a).circuit_open);
    }
    SECTION("another has an answer late, and closes it") {
        REQUIRE(s.a.close_circuit("crm", opening).has_value());
        CHECK_FALSE(s.b.try_test_circuit("crm", 1h).value());
    }
    SECTION("the tester opens it again") {
        CHECK(s.b.open_circuit("crm", 1h).value() != opening);
        CHECK(claim(s.b).circuit_open);
        CHECK_FALSE(s.a.try_test_circuit("crm", 1h).value());
    }
    SECTION("the tester dies, and its lease ends") {
        s.set("tested_until = universign_webhookd.now_us()");
        CHECK(s.a.try_test_circuit("crm", 1h).value());
        CHECK_FALSE(s.b.try_test_circuit("crm", 1h).value());
    }
    SECTION("the tester ends in good order") {
        s.stores[1].reset();
        CHECK(s.a.try_test_circuit("crm", 1h).value());
    }
}

TEST_CASE("of daemons that ask at the same moment one gets the test of a circuit",
          "[store][postgres][circuits]") {
    if (no_postgres()) return;
    shared_circuit s;
    for (int round = 0; round < 20; ++round) {
        const auto opening = s.a.open_circuit("crm", 0ms).value();
        std::atomic<int> taken = 0;
        std::vector<std::thread> asking;
        for (const int which : {0, 1})
            asking.emplace_back([&, which] {
                const auto has = s.stores[which]->try_test_circuit("crm", 1h);
                taken += has && *has ? 1 : 0;
            });
        for (auto& each : asking)
            each.join();
        CHECK(taken == 1);
        REQUIRE(s.b.close_circuit("crm", opening).has_value());
    }
}

TEST_CASE("other daemons hear of a circuit that opens and closes", "[store][postgres][circuits]") {
    if (no_postgres()) return;
    shared_circuit s;
    std::atomic<int> told = 0;
    const auto listening =
        s.b.subscribe([&](const store::commit_notice& of) { told += of.circuits ? 1 : 0; });
    const auto opening = s.a.open_circuit("crm", 1h).value();
    CHECK(wait_for_condition([&] { return told > 0; }));
    REQUIRE(s.a.close_circuit("crm", opening).has_value());
    CHECK(wait_for_condition([&] { return s.b.open_circuits().value().empty(); }));
    CHECK(wait_for_condition([&] { return told > 1; }));
}

TEST_CASE("a circuit whose notification was lost is heard of by asking", "[store][postgres][circuits]") {
    if (no_postgres()) return;
    shared_circuit s;
    std::atomic<int> told = 0;
    const auto listening =
        s.b.subscribe([&](const store::commit_notice& of) { told += of.circuits ? 1 : 0; });
    s.database.execute("INSERT INTO universign_webhookd.circuits VALUES ('crm', 99, 0, 0, 0, 0)");
    CHECK(wait_for_condition([&] { return told > 0; }));
}

TEST_CASE("a clock of the database that went back keeps no circuit open", "[store][postgres][circuits]") {
    if (no_postgres()) return;
    shared_circuit s;
    REQUIRE(s.a.open_circuit("crm", 30s).has_value());
    s.set("until = until + 3600000000"); // as seen by a clock that is an hour behind
    CHECK(s.b.open_circuits().value().at(0).left == 0us);
    CHECK(s.b.try_test_circuit("crm", 1h).value());
}

TEST_CASE("a circuit that nobody has tested for a day is forgotten", "[store][postgres][circuits]") {
    if (no_postgres()) return;
    shared_circuit s;
    REQUIRE(s.a.open_circuit("removed", 0ms).has_value());
    s.set("until = until - 25 * 3600000000::bigint");
    REQUIRE(s.a.open_circuit("crm", 1h).has_value());
    const auto all = s.b.open_circuits().value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].handler == "crm");
}
