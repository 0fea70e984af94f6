#include "delivery/held_claims.hpp"
#include "support/delivery_world.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using delivery::held_claims;
using test::delivery_world;

namespace {

using ids = std::vector<store::delivery_id>;

config::handler_common one_slot() {
    config::handler_common common;
    common.concurrency = 1;
    return common;
}

} // namespace

TEST_CASE("claims are sure for a lease from the last extension on, but for a margin", "[delivery]") {
    const held_claims::steady::time_point begin{1h};
    held_claims held;
    CHECK_FALSE(held.may_be_over(begin + 1h)); // there are none
    std::vector<store::claimed_delivery> claimed(1);
    claimed[0].claim = {7, 1};
    held.add(claimed, begin);
    CHECK(held.extend_at() == begin + 10s);
    held.extend_failed(begin + 10s);
    CHECK(held.extend_at() == begin + 11s);
    CHECK_FALSE(held.may_be_over(begin + 24s));
    CHECK(held.may_be_over(begin + 25s));
    held.extended(begin + 26s);
    CHECK_FALSE(held.may_be_over(begin + 50s));
    held.remove(claimed[0].claim);
    CHECK_FALSE(held.may_be_over(begin + 1h));
}

TEST_CASE("claims that could not be extended for a lease do not begin and are claimed again", "[delivery]") {
    delivery_world w;
    w.begin(3, one_slot());
    CHECK(w.running_ids() == ids{1});
    w.fails = [](const std::string& action) { return action == "extend" || action == "claim"; };
    w.advance(24s);
    CHECK(w.count("release") == 0);
    w.advance(2s);
    CHECK(w.count("release") == 1);
    w.end(1); // what runs goes on
    w.advance(1s);
    CHECK(w.running_ids().empty());
    w.fails = {};
    w.advance(2s);
    CHECK(w.running_ids() == ids{2});
}
