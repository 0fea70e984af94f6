#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

struct fixture : contract_fixture {
    result<std::vector<delivery_id>> plan(store::event_offset offset, std::vector<planned_delivery> planned) {
        const store::event_plan replay{offset, std::move(planned)};
        return kept->plan({&replay, 1});
    }
    /// Claims what is due for the handler, which is one delivery, and ends it.
    void run_one(const std::string& handler, const std::string& expected, delivery_state state,
                 std::chrono::milliseconds delay = {}) {
        const auto answer = claim(handler);
        REQUIRE(answer.deliveries.size() == 1);
        CHECK(answer.deliveries[0].event.envelope.id == expected);
        finish(answer.deliveries[0].claim.id, state, delay);
    }
};

using strings = std::vector<std::string>;
const planned_delivery ordered{"crm", ordering::skip};
const planned_delivery strict{"crm", ordering::block};

} // namespace

TEST_CASE("an event's deliveries are planned with it and claimed with its content", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm, audit});
    f.keep("evt_2", "tx_2", {audit});
    CHECK(f.kept->pending() == 3);
    CHECK(f.kept->waiting_by_handler().value() ==
          std::map<std::string, std::int64_t>{{"audit", 2}, {"crm", 1}});

    const auto answer = f.claim("crm");
    REQUIRE(answer.deliveries.size() == 1);
    const auto& first = answer.deliveries[0];
    CHECK(first.claim.id == 1);
    CHECK(first.attempts == 0);
    CHECK(first.since == noon);
    auto given = make_event("evt_1");
    given.envelope.transaction_id = "tx_1";
    given.received = noon;
    CHECK(difference(given, first.event) == "");
    CHECK_FALSE(answer.more);
    CHECK(f.claimed_ids("audit") == strings{"evt_1", "evt_2"});
    CHECK(f.claimed_ids("unheard-of").empty());
}

TEST_CASE("a delivery is due at once by the engine's clock, whatever time its event bears", "[store]") {
    fixture f;
    f.keep("early", "tx_1", {crm}, noon - 48h);
    f.keep("late", "tx_2", {crm}, noon + 48h);
    const auto due = f.claim("crm").deliveries;
    REQUIRE(due.size() == 2);
    CHECK(due[0].since == noon - 48h);
    CHECK(due[1].since == noon + 48h);
    CHECK(f.is_due(1, 0s));
    CHECK(f.is_due(2, 0s));
}

TEST_CASE("a duplicate plans nothing", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    f.keep("evt_1", "tx_1", {crm, audit});
    CHECK(f.kept->pending() == 1);
    CHECK(f.claimed_ids("audit").empty());
}

TEST_CASE("every attempt is recorded, and the delivery's row tells the latest", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    REQUIRE(f.claim("crm").deliveries.size() == 1);
    const finished_delivery refused{
        f.claim_of(1), delivery_state::pending, 1min, {noon, 7ms, 503, "HTTP 503", "try later"}};
    REQUIRE(f.kept->finish({&refused, 1}).has_value());
    auto row = f.record(1);
    CHECK(row.state == delivery_state::pending);
    CHECK(f.is_due(1, 1min));
    CHECK(row.attempts == 1);
    CHECK(row.reason == "HTTP 503");

    f.advance(1min);
    REQUIRE(f.claim("crm").deliveries.at(0).attempts == 1);
    const finished_delivery done{
        f.claim_of(1), delivery_state::successful, {}, {noon + 1min, 5ms, 200, "", "ok"}};
    REQUIRE(f.kept->finish({&done, 1}).has_value());
    row = f.record(1);
    CHECK(row.state == delivery_state::successful);
    CHECK(row.due == std::nullopt);
    CHECK(row.finished == noon + 1min + 5ms);
    CHECK(row.reason.empty());
    CHECK(row.event_id == "evt_1");
    CHECK(row.handler == "crm");
    CHECK(f.kept->attempts(1).value() == std::vector<attempt>{refused.attempt, done.attempt});
    CHECK(f.kept->pending() == 0);

    // Too late, for a delivery that is done with: passed over.
    REQUIRE(f.kept->finish({&refused, 1}).has_value());
    CHECK(f.record(1).state == delivery_state::successful);
    CHECK(f.kept->pending() == 0);
}

TEST_CASE("one transaction's deliveries are due one after another, others pass", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {ordered});
    f.keep("evt_2", "tx_1", {ordered});
    f.keep("evt_3", "tx_2", {ordered});
    f.keep("evt_4", "tx_1", {ordered});
    auto answer = f.claim("crm");
    REQUIRE(answer.deliveries.size() == 2);
    CHECK(answer.deliveries[0].event.envelope.id == "evt_1");
    CHECK(answer.deliveries[1].event.envelope.id == "evt_3");

    // A retry keeps the place: the later ones wait for it.
    f.finish(1, delivery_state::pending, 1h);
    CHECK(f.claimed_ids("crm").empty());
    CHECK(about(f.claim("crm").next_due.value(), 1h));
    f.advance(1h);
    REQUIRE(f.kept->extend(std::array{f.claim_of(3)}, 1min).value().empty());
    REQUIRE(f.claimed_ids("crm") == strings{"evt_1"}); // evt_3 is claimed
    f.finish(1, delivery_state::successful);
    f.run_one("crm", "evt_2", delivery_state::failed);
    f.run_one("crm", "evt_4", delivery_state::successful);
    // No delivery of the key waits any more.
    f.keep("evt_5", "tx_1", {ordered});
    CHECK(f.claimed_ids("crm") == strings{"evt_5"});
}

TEST_CASE("where a failure blocks, the later ones wait until it is retried with success", "[store]") {
    fixture f;
    for (const char* id : {"evt_1", "evt_2", "evt_3"})
        f.keep(id, "tx_1", {strict});
    f.run_one("crm", "evt_1", delivery_state::failed);
    CHECK(f.claimed_ids("crm").empty());
    f.keep("evt_4", "tx_1", {strict});
    CHECK(f.claimed_ids("crm").empty());
    CHECK(f.record(2).due == std::nullopt);

    CHECK(f.kept->retry({.handler = "crm"}, 10).value() == 1);
    for (const char* id : {"evt_1", "evt_2", "evt_3", "evt_4"})
        f.run_one("crm", id, delivery_state::successful);
    CHECK(f.kept->pending() == 0);
}

TEST_CASE("a retried delivery runs before the later ones of its ordering key", "[store]") {
    fixture f;
    for (const char* id : {"evt_1", "evt_2", "evt_3"})
        f.keep(id, "tx_1", {ordered});
    f.run_one("crm", "evt_1", delivery_state::failed);
    const auto running = f.claim("crm");
    REQUIRE(running.deliveries.size() == 1);
    CHECK(f.kept->retry({.id = 1}, 10).value() == 1);
    CHECK(f.claimed_ids("crm").empty()); // evt_2 is running
    f.finish(running.deliveries[0].claim.id, delivery_state::successful);
    f.run_one("crm", "evt_1", delivery_state::successful);
    f.run_one("crm", "evt_3", delivery_state::successful);
}

TEST_CASE("a delivery retried by hand goes before a later one that waits for its next attempt", "[store]") {
    fixture f;
    for (const char* id : {"evt_1", "evt_2", "evt_3"})
        f.keep(id, "tx_1", {ordered});
    f.run_one("crm", "evt_1", delivery_state::failed);
    f.run_one("crm", "evt_2", delivery_state::pending, 1h);
    CHECK(f.claimed_ids("crm").empty());
    CHECK(f.kept->retry({.id = 1}, 10).value() == 1);
    CHECK(f.record(2).due == std::nullopt);
    f.run_one("crm", "evt_1", delivery_state::successful);
    f.run_one("crm", "evt_2", delivery_state::successful);
    f.run_one("crm", "evt_3", delivery_state::successful);
}

TEST_CASE("one that runs while an earlier one is retried by hand gives way when it must run again",
          "[store]") {
    fixture f;
    for (const char* id : {"evt_1", "evt_2"})
        f.keep(id, "tx_1", {ordered});
    f.run_one("crm", "evt_1", delivery_state::failed);
    REQUIRE(f.claim("crm").deliveries.size() == 1);
    CHECK(f.kept->retry({.id = 1}, 10).value() == 1);
    CHECK(f.claimed_ids("crm").empty());
    f.finish(2, delivery_state::pending, 1h);
    f.advance(2h);
    CHECK(f.claimed_ids("crm") == strings{"evt_1"});
    f.finish(1, delivery_state::pending, 1min); // keeps its place
    CHECK(f.claimed_ids("crm").empty());
    f.advance(1min);
    REQUIRE(f.claimed_ids("crm") == strings{"evt_1"});
    f.finish(1, delivery_state::successful);
    f.run_one("crm", "evt_2", delivery_state::successful);
}

TEST_CASE("several retried by hand run in the order of arrival, before what waits for its next attempt",
          "[store]") {
    fixture f;
    for (const char* id : {"evt_1", "evt_2", "evt_3"})
        f.keep(id, "tx_1", {ordered});
    f.run_one("crm", "evt_1", delivery_state::failed);
    f.run_one("crm", "evt_2", delivery_state::failed);
    f.run_one("crm", "evt_3", delivery_state::pending, 1h);
    CHECK(f.kept->retry({.id = 2}, 10).value() == 1);
    CHECK(f.kept->retry({.id = 1}, 10).value() == 1);
    for (const char* id : {"evt_1", "evt_2", "evt_3"})
        f.run_one("crm", id, delivery_state::successful);
}

TEST_CASE("what a clock that ran ahead has put off is called back, and what waits rightly is not",
          "[store]") {
    fixture f;
    f.keep("tried ahead", "tx_1", {crm});
    f.keep("rightly", "tx_2", {crm});
    f.finish(1, delivery_state::pending, 48h + 1s);
    f.finish(2, delivery_state::pending, 30min);
    f.advance(1min);
    f.keep("a little ahead", "tx_3", {crm}); // never tried
    f.advance(47h);
    f.keep("ahead", "tx_4", {crm}); // the same
    f.keep("ordered, ahead", "tx_5", {ordered});
    f.keep("after it", "tx_5", {ordered});
    f.keep("another's", "tx_6", {audit});
    f.advance(-47h - 1min);

    CHECK(f.kept->call_back("crm", 1h, 3).value() == 3);
    CHECK(f.kept->call_back("crm", 1h, 3).value() == 1);
    CHECK(f.kept->call_back("crm", 1h, 3).value() == 0);
    CHECK(f.kept->call_back("unheard-of", 1h, 3).value() == 0);
    // Those of one instant come in the order of planning; a clock that goes on distinguishes the calls.
    auto due = f.claimed_ids("crm");
    std::sort(due.begin(), due.end());
    CHECK(due == strings{"a little ahead", "ahead", "ordered, ahead", "tried ahead"});
    CHECK(f.is_due(2, 30min));
    CHECK(f.claimed_ids("audit").empty());
}

TEST_CASE("retrying chooses failed deliveries by filter, and forgives the attempts", "[store]") {
    fixture f;
    for (int i = 1; i <= 3; ++i) {
        f.keep("evt_" + std::to_string(i), "tx_" + std::to_string(i), {crm, audit});
        f.finish(2 * i - 1, delivery_state::failed);
        f.finish(2 * i, delivery_state::failed);
    }
    CHECK(f.kept->pending() == 0);
    CHECK(f.kept->retry({.handler = "audit", .event_id = "evt_2"}, 10).value() == 1);
    CHECK(f.claimed_ids("audit") == strings{"evt_2"});
    f.advance(1h);
    CHECK(f.kept->retry({.handler = "crm"}, 2).value() == 2);
    const auto again = f.claim("crm").deliveries;
    REQUIRE(again.size() == 2);
    CHECK(again[0].attempts == 1);
    CHECK(again[0].attempts_before_retry == 1);
    CHECK(about(again[0].since - noon, 1h));
    CHECK(f.kept->retry({}, 10).value() == 3);
    CHECK(f.kept->retry({}, 10).value() == 0);
    CHECK(f.kept->pending() == 6);
}

TEST_CASE("a replay comes after all that waits with its ordering key", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {ordered});
    f.run_one("crm", "evt_1", delivery_state::successful);
    f.keep("evt_2", "tx_1", {ordered});
    CHECK(f.plan(1, {ordered, audit}).value() == std::vector<delivery_id>{3, 4});
    CHECK(f.claimed_ids("audit") == strings{"evt_1"});
    f.run_one("crm", "evt_2", delivery_state::successful);
    f.run_one("crm", "evt_1", delivery_state::successful);
    CHECK(f.plan(99, {crm}).value().empty()); // not there
    f.keep("evt_3", "tx_1", {crm});
    CHECK(f.claimed_ids("crm") == strings{"evt_3"});
}

TEST_CASE("deliveries of a handler that is no more fail and can be retried", "[store]") {
    fixture f;
    for (int i = 1; i <= 5; ++i)
        f.keep("evt_" + std::to_string(i), "tx_1", {ordered, audit});
    CHECK(f.kept->fail_waiting("crm", "the handler is no more", 3).value() == 3);
    CHECK(f.kept->fail_waiting("crm", "the handler is no more", 3).value() == 2);
    CHECK(f.kept->fail_waiting("crm", "the handler is no more", 3).value() == 0);
    CHECK(f.kept->fail_waiting("unheard-of", "", 3).value() == 0);
    CHECK(f.claimed_ids("crm").empty());
    CHECK(f.claimed_ids("audit").size() == 5);
    CHECK(f.record(1).reason == "the handler is no more");
    CHECK(f.record(1).attempts == 0);
    CHECK(f.kept->pending() == 5);

    CHECK(f.kept->retry({.handler = "crm"}, 100).value() == 5);
    for (int i = 1; i <= 5; ++i)
        f.run_one("crm", "evt_" + std::to_string(i), delivery_state::successful);
}

TEST_CASE("deliveries are listed newest first, page by page, by every filter", "[store]") {
    fixture f;
    for (int i = 1; i <= 4; ++i)
        f.keep("evt_" + std::to_string(i), "tx_" + std::to_string(i), {crm, audit});
    f.finish(1, delivery_state::successful);
    f.finish(2, delivery_state::failed);
    const auto ids = [&](const delivery_filter& filter, std::optional<delivery_id> before,
                         std::size_t limit) {
        auto found = f.kept->deliveries(filter, before, limit);
        REQUIRE(found.has_value());
        std::vector<delivery_id> all;
        for (const auto& each : *found)
            all.push_back(each.id);
        return all;
    };
    using list = std::vector<delivery_id>;
    CHECK(ids({}, std::nullopt, 3) == list{8, 7, 6});
    CHECK(ids({}, 6, 3) == list{5, 4, 3});
    CHECK(ids({.handler = "audit"}, std::nullopt, 9) == list{8, 6, 4, 2});
    CHECK(ids({.state = delivery_state::failed}, std::nullopt, 9) == list{2});
    CHECK(ids({.state = delivery_state::successful}, std::nullopt, 9) == list{1});
    CHECK(ids({.state = delivery_state::pending, .handler = "crm"}, 7, 9) == list{5, 3});
    CHECK(ids({.event_id = "evt_3"}, std::nullopt, 9) == list{6, 5});
    CHECK(ids({.event_id = "' OR 1=1"}, std::nullopt, 9).empty());
    CHECK(ids({.id = 99}, std::nullopt, 9).empty());
}
