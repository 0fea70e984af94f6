#include "delivery/claim_queue.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>

using namespace webhookd;
using namespace std::chrono_literals;
using delivery::attempt;
using delivery::claim_queue;

namespace {

const attempt::steady::time_point start{1h};

std::vector<std::shared_ptr<attempt>> claims(std::initializer_list<store::delivery_id> ids,
                                             attempt::steady::time_point at = start) {
    std::vector<std::shared_ptr<attempt>> all;
    for (const auto id : ids) {
        store::claimed_delivery c;
        c.claim = {id, 1};
        c.event.body = "{}";
        all.push_back(std::make_shared<attempt>(std::move(c), at));
    }
    return all;
}

} // namespace

TEST_CASE("claims leave in their order, and are counted with their bodies", "[delivery]") {
    claim_queue queue;
    CHECK(queue.take() == nullptr);
    queue.add(claims({1, 2}));
    CHECK(queue.take()->which.claim.id == 1);
    queue.add(claims({3}));
    CHECK(queue.holds().claims == 2);
    CHECK(queue.holds().bytes == 4);
    CHECK(queue.take()->which.claim.id == 2);
    CHECK(queue.take()->which.claim.id == 3);
    CHECK(queue.take() == nullptr);
    CHECK(queue.holds().bytes == 0);
}

TEST_CASE("a claim is taken over only where that is allowed", "[delivery]") {
    claim_queue queue;
    queue.add(claims({1, 2, 3, 4, 5}));
    CHECK(queue.take_over(start).next == nullptr);
    queue.set_takeover({.allowed = true, .enough = 3, .few = 2});

    const auto first = queue.take_over(start);
    REQUIRE(first.next);
    CHECK(first.next->which.claim.id == 1);
    CHECK_FALSE(first.low);
    CHECK(queue.take_over(start).low);       // three are left
    CHECK_FALSE(queue.take_over(start).low); // two
    CHECK(queue.take_over(start).low);       // one

    queue.set_takeover({.allowed = false, .enough = 3, .few = 2});
    const auto refused = queue.take_over(start);
    CHECK(refused.next == nullptr);
    CHECK(refused.low);
    CHECK(queue.holds().claims == 1);
}

TEST_CASE("claims that have waited for too long are not begun any more", "[delivery]") {
    claim_queue queue;
    queue.set_takeover({.allowed = true, .enough = 0, .few = 0});
    queue.add(claims({1, 2}));
    queue.add(claims({3}, start + 1min));
    const auto late = start + claim_queue::patience + 1s;
    CHECK(queue.take_over(late).next == nullptr);
    CHECK(queue.take_stale(start + claim_queue::patience).empty());
    CHECK(queue.take_stale(late) == std::vector<store::claim>{{1, 1}, {2, 1}});
    CHECK(queue.take_over(late).next->which.claim.id == 3);
}

TEST_CASE("after all claims were taken out nothing is taken over", "[delivery]") {
    claim_queue queue;
    queue.set_takeover({.allowed = true, .enough = 0, .few = 0});
    queue.add(claims({1, 2}));
    CHECK(queue.take_all() == std::vector<store::claim>{{1, 1}, {2, 1}});
    queue.add(claims({3}));
    CHECK(queue.take_over(start).next == nullptr);
}
