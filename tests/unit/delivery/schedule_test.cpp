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

namespace {

config::handler_common one_at_a_time() {
    config::handler_common common;
    common.concurrency = 1;
    return common;
}

} // namespace

TEST_CASE("a delivery is claimed and begun, and its result is written", "[delivery]") {
    delivery_world w;
    w.begin(1);
    CHECK(w.actions == strings{"claim", "start"});
    CHECK(w.running_ids() == ids{1});
    w.end(1);
    w.advance(1s);
    CHECK(w.actions == strings{"claim", "start", "write"});
    CHECK(w.rows[1].state == delivery_state::successful);
    w.advance(1h);
    CHECK(w.actions.size() == 3);
}

TEST_CASE("whichever action fails, everything is done in the end, and once", "[delivery]") {
    for (std::size_t failing = 1; failing <= 40; ++failing) {
        CAPTURE(failing);
        delivery_world w;
        w.fails = [&](const std::string&) { return w.actions.size() == failing; };
        w.schedule.configure({w.setup("crm", one_at_a_time()), w.setup("audit")});
        for (store::delivery_id id = 1; id <= 6; ++id)
            w.add(id, id % 2 == 0 ? "crm" : "audit");
        w.add(7, "removed");
        w.add(8, "crm");
        w.rows[8].due = w.now + 48h; // by a clock that ran ahead
        w.work();
        w.advance(12s); // claims are extended
        REQUIRE(w.settles());
        CHECK(w.running.empty());
        for (const auto& [id, each] : w.rows) {
            CAPTURE(id);
            CHECK(each.state == (id == 7 ? delivery_state::failed : delivery_state::successful));
            CHECK(each.attempts == (id == 7 ? 0 : 1));
        }
        w.advance(1min);
        for (const auto* done :
             {"claim", "start", "write", "count", "call back crm", "fail orphans of removed"})
            CHECK(w.count(done) > 0);
    }
}

TEST_CASE("all claims are extended every ten seconds, those that run and those that wait", "[delivery]") {
    delivery_world w;
    w.begin(3, one_at_a_time());
    CHECK(w.running_ids() == ids{1});
    w.actions.clear();
    w.advance(9s);
    CHECK(w.actions.empty());
    w.advance(1s);
    CHECK(w.actions == strings{"extend"});
    for (const auto& [id, each] : w.rows)
        CHECK(each.leased_until == w.now + 30s);
    w.advance(1h);
    CHECK(w.running_ids() == ids{1});
    CHECK(w.rows[1].leased_until > w.now);
    CHECK(w.settles());
    w.actions.clear();
    w.advance(1h);
    CHECK(w.count("extend") == 0);
}

TEST_CASE("a dispatcher that stood still extends its claims before it claims anything", "[delivery]") {
    delivery_world w;
    w.begin(1);
    w.actions.clear();
    w.now += 1h; // and nothing was done meanwhile
    w.schedule.wake();
    w.work();
    CHECK(w.actions == strings{"extend", "claim"});
    CHECK(w.running_ids() == ids{1});
}

TEST_CASE("claims that cannot be extended are tried again a second later", "[delivery]") {
    delivery_world w;
    w.begin(1);
    w.fails = [](const std::string& action) { return action == "extend"; };
    w.advance(10s);
    CHECK(w.count("extend") == 1);
    w.advance(1s);
    CHECK(w.count("extend") == 2);
    w.fails = {};
    w.advance(1s);
    CHECK(w.rows[1].leased_until == w.now + 30s);
}

TEST_CASE("a claim that went to another does not begin, and its result is fenced", "[delivery]") {
    delivery_world w;
    w.begin(3, one_at_a_time());
    w.steal(1);
    w.steal(2);
    for (const store::delivery_id id : {1, 2})
        w.rows[id].leased_until = w.now + 1h;
    w.advance(10s);
    w.end(1);
    w.advance(1s);
    CHECK(w.rows[1].attempts == 0);
    CHECK(w.running_ids() == ids{3});
    const auto& queue = *w.schedule.queues().front();
    CHECK(queue.counted()->fenced == 1);
    w.end(3);
    w.advance(1s);
    CHECK(w.rows[3].state == delivery_state::successful);
}

TEST_CASE("an attempt that failed is made again after its delay", "[delivery]") {
    delivery_world w;
    config::handler_common common;
    common.retry.initial = 10s;
    common.retry.full_jitter = false;
    w.schedule.configure({w.setup("crm", common)});
    w.add(1, "crm");
    w.work();
    w.end(1, verdict::retry);
    w.advance(9s);
    CHECK(w.running.empty());
    w.advance(2s);
    CHECK(w.running_ids() == ids{1});
    w.end(1);
    w.advance(1s);
    CHECK(w.rows[1].attempts == 2);
    CHECK(w.schedule.queues().front()->status().retried == 1);
}

TEST_CASE("a handler that is removed in the middle ends its attempt, and the rest fails", "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("crm", one_at_a_time()), w.setup("audit")});
    w.add_many(3);
    w.work();
    CHECK(w.running_ids() == ids{1});
    w.schedule.configure({w.setup("audit")});
    w.advance(30s);
    // Its last attempt still runs.
    CHECK(w.count("fail orphans of crm") == 0);
    w.end(1);
    w.advance(30s);
    CHECK(w.rows[1].state == delivery_state::successful);
    CHECK(w.rows[2].state == delivery_state::failed);
    CHECK(w.rows[3].state == delivery_state::failed);
    CHECK(w.rows[3].token == 0);
}

TEST_CASE("a handler that comes back before its deliveries have failed runs them", "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("audit")});
    w.add_many(2);
    w.fails = [](const std::string& action) { return action == "fail orphans of crm"; };
    w.work();
    CHECK(w.count("fail orphans of crm") == 1);
    w.schedule.configure({w.setup("audit"), w.setup("crm")});
    w.fails = {};
    REQUIRE(w.settles());
    CHECK(w.rows[2].state == delivery_state::successful);
}

TEST_CASE("a new object takes over from the old one, whose attempt still counts", "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("crm", one_at_a_time())});
    w.add_many(2);
    w.work();
    w.renew("crm");
    w.schedule.configure({w.setup("crm", one_at_a_time())});
    w.work();
    CHECK(w.running_ids() == ids{1, 2});
    w.end(1);
    w.end(2);
    w.advance(1s);
    CHECK(w.rows[1].attempts == 1);
    CHECK(w.rows[2].attempts == 1);
    CHECK(w.schedule.queues().front()->counted()->successful == 2);
}

TEST_CASE("stopping in the middle gives claims back and waits for what runs", "[delivery]") {
    delivery_world w;
    w.begin(3, one_at_a_time());
    w.schedule.stop(w.now + 60s);
    w.work();
    CHECK(w.rows[1].token != 0);
    CHECK(w.rows[2].token == 0);
    w.advance(45s);
    CHECK(w.rows[1].leased_until > w.now); // still extended
    CHECK_FALSE(w.schedule.has_stopped(w.now));
    SECTION("it ends in time") {
        w.end(1);
        w.advance(1s);
        CHECK(w.rows[1].state == delivery_state::successful);
        CHECK(w.count("cancel") == 0);
        CHECK_FALSE(w.schedule.has_cancelled());
    }
    SECTION("it is cut off") {
        w.advance(15s);
        CHECK(w.count("cancel") == 1);
        CHECK(w.schedule.has_cancelled());
        CHECK(w.rows[1].state == delivery_state::pending);
        CHECK(w.rows[1].token == 0);
    }
    CHECK(w.schedule.has_stopped(w.now));
    CHECK(w.count("start") == 1);
}

TEST_CASE("stopping waits for results that the store does not take yet, and not for ever", "[delivery]") {
    delivery_world w;
    w.begin(1);
    w.fails = [](const std::string& action) { return action == "write"; };
    w.end(1);
    w.schedule.stop(w.now + 10s);
    w.advance(9s);
    CHECK_FALSE(w.schedule.has_stopped(w.now));
    SECTION("the store recovers") {
        w.fails = {};
        w.advance(1s);
        CHECK(w.rows[1].state == delivery_state::successful);
        CHECK(w.schedule.has_stopped(w.now));
    }
    SECTION("it does not") {
        w.advance(7s);
        CHECK(w.schedule.has_stopped(w.now));
    }
}

TEST_CASE("after a leap of the clock all handlers are called back, and once again a little later",
          "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("crm"), w.setup("audit")});
    w.settle_in();
    w.add(1, "audit");
    w.rows[1].due = w.now + 48h;
    w.schedule.clock_leapt();
    w.work();
    CHECK(w.count("call back crm") == 1);
    CHECK(w.count("call back audit") == 1);
    CHECK(w.running_ids() == ids{1});
    w.advance(10s);
    CHECK(w.count("call back crm") == 2);
    w.advance(1h);
    CHECK(w.count("call back crm") == 2);
}

TEST_CASE("while many events arrive a handler claims less, and once in a tick", "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("crm")});
    w.settle_in();
    std::uint64_t arrived = 0;
    const auto tick = [&](std::uint64_t events) {
        w.now += 50ms;
        REQUIRE(w.schedule.tick_is_over(w.now));
        w.schedule.tick(w.now, arrived += events);
        w.schedule.wake();
        w.work();
    };
    tick(0);
    CHECK(w.last_limit == 512);
    w.actions.clear();
    tick(1000);
    CHECK(w.last_limit == 128);
    CHECK(w.count("claim") == 1);
    w.schedule.wake();
    w.work();
    CHECK(w.count("claim") == 1);
    CHECK(w.schedule.wake_at(w.now) <= w.now + 50ms);
    tick(1000);
    CHECK(w.count("claim") == 2);
    tick(1);
    CHECK(w.last_limit == 512);
}

TEST_CASE("claims that are revoked go back to the store before anything is claimed anew", "[delivery]") {
    delivery_world w;
    w.begin(3, one_at_a_time());
    w.actions.clear();
    w.schedule.revoke_claims();
    w.rows[2].state = delivery_state::failed; // erased
    w.work();
    CHECK(w.actions == strings{"release", "claim"});
    REQUIRE(w.settles());
    CHECK(w.rows[2].attempts == 0);
    CHECK(w.rows[3].attempts == 1);
}

TEST_CASE("what is prefetched for too long goes back to the store until a slot is free", "[delivery]") {
    delivery_world w;
    w.begin(2, one_at_a_time());
    w.advance(delivery::prefetch_buffer::max_prefetch_age - 1s);
    CHECK(w.count("release") == 0);
    w.advance(12s); // the next extension looks at it
    CHECK(w.count("release") == 1);
    w.advance(1h);
    w.schedule.wake();
    w.work();
    CHECK(w.rows[2].token == 0); // another may have it
    w.end(1);
    CHECK(w.running_ids() == ids{2});
    CHECK(w.settles());
}

TEST_CASE("an open circuit begins nothing until it lets one attempt through", "[delivery]") {
    delivery_world w;
    auto common = one_at_a_time();
    common.circuit_breaker = config::circuit_breaker{1, 1min};
    common.retry.full_jitter = false;
    w.schedule.configure({w.setup("crm", common)});
    w.add_many(3);
    w.work();
    w.end(1, verdict::retry);
    w.advance(59s);
    CHECK(w.running.empty());
    w.advance(1s);
    CHECK(w.running.size() == 1);
    CHECK(w.settles());
}

TEST_CASE("an attempt that was none pauses its handler for a moment", "[delivery]") {
    delivery_world w;
    w.schedule.configure({w.setup("crm", one_at_a_time())});
    w.add_many(2);
    w.work();
    w.end(1, verdict::abandoned);
    CHECK(w.running.empty());
    w.advance(999ms);
    CHECK(w.running.empty());
    w.advance(1ms);
    CHECK(w.running.size() == 1);
    CHECK(w.rows[1].attempts == 0);
    CHECK(w.settles());
}
