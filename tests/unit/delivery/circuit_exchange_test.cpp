#include "delivery/schedule.hpp"
#include "support/delivery_world.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using handler::verdict;
using store::delivery_state;
using test::delivery_world;
using ids = delivery_world::ids;
using strings = std::vector<std::string>;
using state = delivery::circuit_breaker::state;

namespace {

/// One attempt at a time; one failure opens the circuit for a minute.
config::handler_common brittle() {
    config::handler_common common;
    common.concurrency = 1;
    common.circuit_breaker = config::circuit_breaker{1, 1min};
    common.retry.full_jitter = false;
    return common;
}

state circuit(const delivery_world& w) {
    return w.schedule.queues().front()->status().circuit;
}

} // namespace

TEST_CASE("a circuit that opens is told to the store before its claims are given back", "[delivery]") {
    delivery_world w;
    w.begin(3, brittle());
    w.actions.clear();
    w.end(1, verdict::retry);
    CHECK(w.circuits.count("crm") == 1);
    REQUIRE(w.actions.size() >= 2);
    CHECK(w.actions[0] == "open circuit");
    CHECK(w.count("release") == 1);
    CHECK(w.count("claim") == 0);
    for (const store::delivery_id id : {2, 3})
        CHECK(w.rows[id].token == 0);
    w.advance(59s);
    CHECK(w.running.empty());
    w.advance(1s);
    CHECK(w.count("test circuit") == 1);
    CHECK(w.running.size() == 1);
    CHECK(w.last_limit == 1); // of what only one tests with, nothing waits behind it
    REQUIRE(w.settles());
    CHECK(w.count("close circuit") == 1);
    CHECK(w.circuits.empty());
}

TEST_CASE("a circuit that another instance opens stops this one until it is closed", "[delivery]") {
    delivery_world w;
    w.begin(3, brittle());
    CHECK(w.running_ids() == ids{1});
    w.open_elsewhere(1min);
    CHECK(circuit(w) == state::open);
    for (const store::delivery_id id : {2, 3})
        CHECK(w.rows[id].token == 0); // for the other to test with
    w.end(1, verdict::retry);
    w.advance(50s);
    CHECK(w.running.empty());
    w.circuits.at("crm").until = w.now;
    w.test_elsewhere(1h);
    w.advance(30min);
    CHECK(w.running.empty());
    CHECK(w.count("test circuit") <= 2);
    w.close_elsewhere();
    CHECK(circuit(w) == state::closed);
    CHECK(w.running.size() == 1);
    CHECK(w.settles());
}

TEST_CASE("a test whose holder died is taken over once its lease is over", "[delivery]") {
    delivery_world w;
    w.begin(3, brittle());
    w.end(1);
    w.end(2);
    w.open_elsewhere(0s);
    w.test_elsewhere(30s);
    w.end(3, verdict::abandoned);
    w.advance(29s);
    CHECK(w.running.empty());
    w.advance(3s);
    CHECK(w.running_ids() == ids{3});
    CHECK(circuit(w) == state::half_open);
    w.end(3);
    CHECK(w.circuits.empty());
    CHECK(circuit(w) == state::closed);
}

TEST_CASE("a claim that the store refuses because of a circuit tells of it", "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("crm", brittle())});
    w.settle_in();
    w.circuits["crm"] = {9, w.now + 1min, {}, false}; // and the notice was lost
    w.add_many(1);
    w.schedule.wake();
    w.work();
    CHECK(w.actions == strings{"claim", "read circuits"});
    CHECK(circuit(w) == state::open);
    w.advance(61s);
    CHECK(w.running_ids() == ids{1});
    CHECK(w.settles());
}

TEST_CASE("a handler without a circuit breaker is tried whatever others have opened", "[delivery]") {
    delivery_world w;
    w.circuits["crm"] = {9, w.now + 1h, {}, false};
    w.begin(1);
    CHECK(w.running_ids() == ids{1});
    CHECK(w.count("read circuits") == 0);
}

TEST_CASE("a handler that is changed or removed ends its circuit for all", "[delivery]") {
    delivery_world w;
    w.begin(2, brittle());
    w.end(1, verdict::retry);
    REQUIRE(w.circuits.size() == 1);
    SECTION("another object") {
        w.renew("crm");
        w.schedule.configure({w.setup("crm", brittle())});
        w.work();
        CHECK(w.circuits.empty());
        CHECK(w.running_ids() == ids{2});
    }
    SECTION("other settings of the circuit") {
        auto common = brittle();
        common.circuit_breaker->failures = 5;
        w.schedule.configure({w.setup("crm", common)});
        w.work();
        CHECK(w.circuits.empty());
        CHECK(w.running_ids() == ids{2});
    }
    SECTION("it is removed") {
        w.schedule.configure({});
        w.work();
        CHECK(w.circuits.empty());
    }
    SECTION("but not one that is the same") {
        w.schedule.configure({w.setup("crm", brittle())});
        w.work();
        CHECK(w.circuits.size() == 1);
        CHECK(w.running.empty());
    }
}

TEST_CASE("while the store does not answer each instance goes by its own circuit", "[delivery]") {
    delivery_world w;
    w.begin(3, brittle());
    w.fails = [](const std::string& action) {
        return action.ends_with("circuit") || action.ends_with("circuits");
    };
    w.end(1, verdict::retry);
    CHECK(circuit(w) == state::open);
    CHECK_FALSE(w.schedule.queues().front()->status().circuit_shared);
    w.advance(59s);
    CHECK(w.running.empty());
    w.advance(1s);
    CHECK(w.running.size() == 1);
    w.fails = {};
    w.advance(2s);
    CHECK(w.schedule.queues().front()->status().circuit_shared);
    CHECK(w.circuits.size() == 1);
    CHECK(w.settles());
    CHECK(w.circuits.empty());
}

TEST_CASE("whichever exchange of circuits fails everything is delivered and the circuit closes",
          "[delivery]") {
    for (std::size_t failing = 1; failing <= 60; ++failing) {
        CAPTURE(failing);
        delivery_world w;
        w.fails = [&](const std::string&) { return w.actions.size() == failing; };
        w.schedule.configure({w.setup("crm", brittle())});
        w.add_many(4);
        w.work();
        for (int second = 0; second < 10 && w.running.empty(); ++second)
            w.advance(1s);
        REQUIRE_FALSE(w.running.empty());
        w.end(w.running.front()->which.claim.id, verdict::retry);
        w.advance(10s);
        w.open_elsewhere(1min);
        w.advance(90s);
        w.close_elsewhere();
        REQUIRE(w.settles());
        w.advance(1min);
        CHECK(w.circuits.empty());
        CHECK(circuit(w) == state::closed);
        for (const auto& [id, each] : w.rows)
            CHECK(each.state == delivery_state::successful);
    }
}
