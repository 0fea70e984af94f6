#include "support/no_postgres.hpp"
#include "support/shared_database.hpp"
#include "support/store_events.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

TEST_CASE("it is an outage once it is known that no other daemon lived meanwhile", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha", .first = true}));
    REQUIRE(s.b.record_heartbeat({.now = noon + 5min, .instance = "beta", .first = true}));
    SECTION("it was dead, and is silent for a lease") {
        REQUIRE(s.b.record_heartbeat({.now = noon + 6min, .instance = "beta"}));
        CHECK(s.b.outages({}).value().empty()); // it may still tell
        s.silence("alpha");
        for (const auto later : {7min, 8min})
            REQUIRE(s.b.record_heartbeat({.now = noon + later, .instance = "beta"}));
        const auto all = s.b.outages({}).value();
        REQUIRE(all.size() == 1);
        CHECK(all[0] == store::outage{store::outage_reason::crashed, "", noon, noon + 5min, 0});
    }
    SECTION("it could not tell because the database was away") {
        s.silence("alpha");
        s.silence("beta");
        REQUIRE(s.b.record_heartbeat({.now = noon + 6min, .instance = "beta"}));
        REQUIRE(s.a.record_heartbeat({.now = noon + 6min, .instance = "alpha"}));
        REQUIRE(s.b.record_heartbeat({.now = noon + 7min, .instance = "beta"}));
        CHECK(s.b.outages({}).value().empty());
    }
    SECTION("it lived") {
        REQUIRE(s.a.record_heartbeat({.now = noon + 6min, .instance = "alpha"}));
        REQUIRE(s.b.record_heartbeat({.now = noon + 6min, .instance = "beta"}));
        s.silence("alpha");
        REQUIRE(s.b.record_heartbeat({.now = noon + 7min, .instance = "beta"}));
        CHECK(s.b.outages({}).value().empty());
    }
    SECTION("it began after this one, after both had died") {
        REQUIRE(s.a.record_heartbeat({.now = noon + 6min, .instance = "alpha", .first = true}));
        REQUIRE(s.b.record_heartbeat({.now = noon + 7min, .instance = "beta"}));
        const auto all = s.b.outages({}).value();
        REQUIRE(all.size() == 1);
        CHECK(all[0].ended == noon + 5min);
    }
}

TEST_CASE("a daemon that is silent for a lease is listed as gone and forgotten after a day",
          "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha", .first = true}));
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .first = true}));
    REQUIRE(s.a.try_lead(store::duty::retention, 1h).value());
    s.silence("alpha");
    const auto all = s.b.list_instances(10).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "beta");
    CHECK(all[0].presence == store::presence::running);
    CHECK(all[0].leads.empty());
    CHECK(all[1].name == "alpha");
    CHECK(all[1].presence == store::presence::gone);
    CHECK(all[1].leads == std::vector{store::duty::retention}); // until its lease is over
    CHECK(s.b.list_instances(1).value().size() == 1);
    s.database.execute("UPDATE universign_webhookd.instances SET told_at = told_at - 86400000000 "
                       "WHERE name = 'alpha'");
    CHECK(s.b.list_instances(10).value().size() == 1);
    REQUIRE(s.b.record_heartbeat({.now = noon + 24h, .instance = "beta", .first = true}));
    CHECK(s.database.execute("SELECT count(*) FROM universign_webhookd.instances") == "1");
}

TEST_CASE("deliveries fail as orphans only when no daemon that lives has their handler",
          "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    REQUIRE(s.a.record_heartbeat(
        {.now = noon, .instance = "alpha", .first = true, .state = {.handlers = {"audit", "crm"}}}));
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .first = true}));
    CHECK(s.b.handlers_elsewhere().value() == std::set<std::string, std::less<>>{"audit", "crm"});
    CHECK(s.a.handlers_elsewhere().value().empty());
    CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0);
    SECTION("it has been reloaded, too, and still makes an attempt") {
        const auto claimed = s.a.claim({.handler = "crm", .lease = 1h}).value();
        REQUIRE(claimed.deliveries.size() == 1);
        REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha"}));
        CHECK(s.b.handlers_elsewhere().value().empty());
        CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0);
        s.a.release(std::vector{claimed.deliveries[0].claim});
        CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 1);
    }
    SECTION("it is gone") {
        s.silence("alpha");
        CHECK(s.b.handlers_elsewhere().value().empty());
        CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 1);
    }
}

TEST_CASE("deliveries of who could not tell while the database was away do not fail as orphans",
          "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    REQUIRE(s.a.record_heartbeat(
        {.now = noon, .instance = "alpha", .first = true, .state = {.handlers = {"crm"}}}));
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .first = true}));
    s.silence("alpha");
    s.silence("beta");
    CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0); // beta has not told again either
    REQUIRE(s.b.record_heartbeat({.now = noon + 1min, .instance = "beta"}));
    CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0);
    s.silence("alpha");
    CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 1);
}

TEST_CASE("a delivery that is claimed while orphans are failed is none of them", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    std::atomic<bool> committed = false;
    std::thread claiming{[&] {
        s.database.execute("UPDATE universign_webhookd.deliveries SET token = 1000, holder = 1000, "
                           "lease = universign_webhookd.now_us() + 3600000000; SELECT pg_sleep(1)");
        committed = true;
    }};
    CHECK(wait_for_condition([&] {
        return committed || s.database.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = "
                                               "'PgSleep' AND datname = current_database()") == "1";
    }));
    CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0); // waits for the claim
    claiming.join();
    CHECK(s.a.deliveries({.id = 1}, {}, 1).value().at(0).state == store::delivery_state::pending);
}

TEST_CASE("an erasure has other daemons give back what they have claimed, with its notification and without",
          "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    std::atomic<int> erased = 0;
    const auto listening =
        s.b.subscribe([&](const store::commit_notice& of) { erased += of.erased ? 1 : 0; });
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    const auto claimed = s.b.claim({.handler = "crm", .lease = 1h}).value();
    REQUIRE(claimed.deliveries.size() == 1);
    const std::vector<store::event_offset> all{1};
    REQUIRE(s.a.erase(all, tombstone, "erased", 1024 * 1024));
    CHECK(wait_for_condition([&] { return erased > 0; }));
    CHECK(s.a.held_claims_of(all).value() == 1);
    s.b.release(std::vector{claimed.deliveries[0].claim});
    CHECK(s.a.held_claims_of(all).value() == 0);
    const int before = erased;
    s.database.execute("UPDATE universign_webhookd.totals SET erasures = erasures + 1");
    CHECK(wait_for_condition([&] { return erased > before; }));
}

TEST_CASE("what a dead daemon had claimed of what is erased holds until its lease is over",
          "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    const auto claimed = s.a.claim({.handler = "crm", .lease = 1h}).value();
    REQUIRE(claimed.deliveries.size() == 1);
    const std::vector<store::event_offset> all{1};
    REQUIRE(s.b.erase(all, tombstone, "erased", 1024 * 1024));
    CHECK(s.b.held_claims_of(all).value() == 1);
    s.database.execute("UPDATE universign_webhookd.deliveries SET lease = universign_webhookd.now_us()");
    CHECK(s.b.held_claims_of(all).value() == 0);
    // It only stood still: what it had claimed is not its own any more.
    CHECK(s.a.extend(std::vector{claimed.deliveries[0].claim}, 1min).value() ==
          std::vector<store::delivery_id>{1});
}

TEST_CASE("daemons on one database have one key for their fingerprints", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    CHECK(s.a.fingerprint_key() == s.b.fingerprint_key());
    const auto before = s.a.fingerprint_key();
    s.database.execute("DROP SCHEMA universign_webhookd CASCADE");
    const auto anew = s.open();
    CHECK(anew->fingerprint_key() != before);
}
