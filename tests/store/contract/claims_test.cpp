#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using fixture = contract_fixture;
using strings = std::vector<std::string>;

} // namespace

TEST_CASE("what is claimed is nobody else's until it is finished, released, or the lease is over",
          "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    f.keep("evt_2", "tx_2", {crm});
    const auto answer = f.claim("crm");
    REQUIRE(answer.deliveries.size() == 2);
    CHECK(f.claimed_ids("crm").empty());

    auto second = answer.deliveries[1].claim;
    f.kept->release({&second, 1});
    CHECK(f.claimed_ids("crm") == strings{"evt_2"});
    f.finish(1, delivery_state::successful);
    second = f.claim_of(2);
    f.kept->release({&second, 1});
    REQUIRE(f.claim("crm", 9, 0ms).deliveries.size() == 1);
    CHECK(f.claimed_ids("crm") == strings{"evt_2"});
}

TEST_CASE("a claim whose lease went to another changes nothing", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    f.keep("evt_2", "tx_2", {crm});
    REQUIRE(f.claim("crm", 9, 0ms).deliveries.size() == 2);
    const auto late = f.claim_of(1);
    const auto other = f.claim("crm", 1).deliveries;
    REQUIRE(other.size() == 1);
    REQUIRE(other[0].claim.id == 1);
    CHECK(other[0].claim.token != late.token);

    CHECK(f.kept->extend({&late, 1}, 0ms).value() == std::vector<delivery_id>{1});
    f.kept->release({&late, 1});
    const finished_delivery ends[]{{late, delivery_state::failed, {}, {noon, 1ms, 500, "no", ""}},
                                   {f.claim_of(2), delivery_state::successful, {}, {noon, 1ms, 200, "", ""}}};
    CHECK(f.kept->finish(ends).value() == std::vector<delivery_id>{1});
    CHECK(f.record(1).state == delivery_state::pending);
    CHECK(f.kept->attempts(1).value().empty());
    CHECK(f.record(2).state == delivery_state::successful);
    CHECK(f.claimed_ids("crm").empty());

    f.finish(1, delivery_state::successful);
    CHECK(f.kept->finish({ends, 1}).value() == std::vector<delivery_id>{1});
    CHECK(f.kept->attempts(1).value().size() == 1);
}

TEST_CASE("a claim holds on when it is extended, even after its lease was over", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    f.keep("evt_2", "tx_2", {crm});
    REQUIRE(f.claim("crm", 9, 0ms).deliveries.size() == 2);
    const auto first = f.claim_of(1);
    CHECK(f.kept->extend({&first, 1}, 1min).value().empty());
    CHECK(f.claimed_ids("crm") == strings{"evt_2"});
    // Nobody has claimed it since: its outcome is recorded.
    CHECK(f.kept->extend({&first, 1}, 0ms).value().empty());
    f.finish(1, delivery_state::successful);
    CHECK(f.kept->extend({&first, 1}, 1min).value() == std::vector<delivery_id>{1});
}

TEST_CASE("after a restart what was claimed and not finished is claimed again", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    f.keep("evt_2", "tx_2", {crm});
    REQUIRE(f.claim("crm").deliveries.size() == 2);
    f.finish(1, delivery_state::successful);
    f.reopen();
    CHECK(f.kept->pending() == 1);
    const auto again = f.claim("crm").deliveries;
    REQUIRE(again.size() == 1);
    CHECK(again[0].event.envelope.id == "evt_2");
    CHECK(again[0].attempts == 0);
}

TEST_CASE("a claim of an earlier run is fenced after a restart", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    REQUIRE(f.claim("crm").deliveries.size() == 1);
    const finished_delivery late{f.claim_of(1), delivery_state::successful, {}, {noon, 1ms, 200, "", ""}};
    f.reopen();
    REQUIRE(f.claim("crm").deliveries.size() == 1);
    CHECK(f.kept->finish({&late, 1}).value() == std::vector<delivery_id>{1});
    CHECK(f.kept->pending() == 1);
}

TEST_CASE("claims are bounded in number and in bytes, and tell what else there is", "[store]") {
    fixture f;
    for (int i = 1; i <= 5; ++i)
        f.keep("evt_" + std::to_string(i), "tx", {crm});
    auto answer = f.claim("crm", 2);
    CHECK(answer.deliveries.size() == 2);
    CHECK(answer.more);
    const auto size = make_event("evt_1").body.size();
    answer = f.kept->claim({.handler = "crm", .lease = 1min, .limit = 9, .max_bytes = 2 * size}).value();
    CHECK(answer.deliveries.size() == 2);
    CHECK(answer.more);
    answer = f.kept->claim({.handler = "crm", .lease = 1min, .limit = 9, .max_bytes = 1}).value();
    CHECK(answer.deliveries.size() == 1);
    CHECK_FALSE(answer.more);

    f.finish(2, delivery_state::pending, 1min);
    f.finish(1, delivery_state::pending, 2min);
    CHECK(about(f.claim("crm").next_due.value(), 1min));
    f.advance(2min);
    CHECK(f.claimed_ids("crm") == strings{"evt_2", "evt_1"});
}
