#include "http/limits.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using http::body_budget;
using http::body_share;

TEST_CASE("the shares of one budget together stay within its bound, and are given back", "[http]") {
    body_budget budget;
    {
        body_share first(budget);
        body_share second(budget);
        CHECK(first.grow_to(60, 100));
        CHECK(second.grow_to(40, 100));
        CHECK_FALSE(second.grow_to(41, 100));
        CHECK_FALSE(budget.has_room(1, 100));
        CHECK(budget.has_room(0, 100));
        CHECK(first.grow_to(10, 100)); // what is held stays held
        CHECK(budget.held() == 100);
        // A reload may have lowered the bound below what is held.
        CHECK_FALSE(budget.has_room(0, 50));
        CHECK_FALSE(first.grow_to(61, 50));
    }
    CHECK(budget.held() == 0);
    CHECK(budget.has_room(100, 100));
}
