#include "delivery/prefetch_buffer.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>

using namespace webhookd;
using namespace std::chrono_literals;
using delivery::attempt;
using delivery::prefetch_buffer;

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
    prefetch_buffer buffer;
    CHECK(buffer.take() == nullptr);
    buffer.add(claims({1, 2}));
    CHECK(buffer.take()->which.claim.id == 1);
    buffer.add(claims({3}));
    CHECK(buffer.holds().claims == 2);
    CHECK(buffer.holds().bytes == 4);
    CHECK(buffer.take()->which.claim.id == 2);
    CHECK(buffer.take()->which.claim.id == 3);
    CHECK(buffer.take() == nullptr);
    CHECK(buffer.holds().bytes == 0);
}

TEST_CASE("a claim is handed off only where that is allowed", "[delivery]") {
    prefetch_buffer buffer;
    buffer.add(claims({1, 2, 3, 4, 5}));
    CHECK(buffer.hand_off(start).next == nullptr);
    buffer.set_hand_off({.allowed = true, .enough = 3, .few = 2});

    const auto first = buffer.hand_off(start);
    REQUIRE(first.next);
    CHECK(first.next->which.claim.id == 1);
    CHECK_FALSE(first.low);
    CHECK(buffer.hand_off(start).low);       // three are left
    CHECK_FALSE(buffer.hand_off(start).low); // two
    CHECK(buffer.hand_off(start).low);       // one

    buffer.set_hand_off({.allowed = false, .enough = 3, .few = 2});
    const auto refused = buffer.hand_off(start);
    CHECK(refused.next == nullptr);
    CHECK(refused.low);
    CHECK(buffer.holds().claims == 1);
}

TEST_CASE("claims that have waited for too long are not begun any more", "[delivery]") {
    prefetch_buffer buffer;
    buffer.set_hand_off({.allowed = true, .enough = 0, .few = 0});
    buffer.add(claims({1, 2}));
    buffer.add(claims({3}, start + 1min));
    const auto late = start + prefetch_buffer::max_prefetch_age + 1s;
    CHECK(buffer.hand_off(late).next == nullptr);
    CHECK(buffer.take_stale(start + prefetch_buffer::max_prefetch_age).empty());
    CHECK(buffer.take_stale(late) == std::vector<store::claim>{{1, 1}, {2, 1}});
    CHECK(buffer.hand_off(late).next->which.claim.id == 3);
}

TEST_CASE("after all claims were taken out nothing is handed off", "[delivery]") {
    prefetch_buffer buffer;
    buffer.set_hand_off({.allowed = true, .enough = 0, .few = 0});
    buffer.add(claims({1, 2}));
    CHECK(buffer.take_all() == std::vector<store::claim>{{1, 1}, {2, 1}});
    buffer.add(claims({3}));
    CHECK(buffer.hand_off(start).next == nullptr);
}

TEST_CASE("claims whose leases may be over are not handed off", "[delivery]") {
    prefetch_buffer buffer;
    buffer.set_hand_off({.allowed = true, .enough = 0, .few = 0});
    buffer.add(claims({1, 2}));
    buffer.set_sure_until(start + 25s);
    CHECK(buffer.hand_off(start + 24s).next->which.claim.id == 1);
    const auto refused = buffer.hand_off(start + 25s);
    CHECK(refused.next == nullptr);
    CHECK(refused.low); // the schedule looks
    buffer.set_sure_until(start + 50s);
    CHECK(buffer.hand_off(start + 25s).next->which.claim.id == 2);
}
