#include "store/sqlite/leases.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using store::sqlite::leases;

namespace {

const leases::instant noon{12h};

std::vector<store::claimed_delivery> claimed(std::initializer_list<store::delivery_id> ids) {
    std::vector<store::claimed_delivery> all;
    for (const auto id : ids)
        all.emplace_back().id = id;
    return all;
}

void claim(leases& all, std::initializer_list<store::delivery_id> ids, leases::instant now,
           leases::instant until) {
    leases::turn(all, now).add(claimed(ids), until);
}

std::size_t count(leases& all, leases::instant now) {
    return leases::turn(all, now).count();
}

} // namespace

TEST_CASE("a lease holds until its time has come, and not a moment longer", "[store]") {
    leases all;
    CHECK(count(all, noon) == 0);
    claim(all, {1, 2}, noon, noon + 1s);
    claim(all, {3}, noon, noon + 2s);
    CHECK(count(all, noon) == 3);
    CHECK(count(all, noon + 1s - 1us) == 3);
    CHECK(count(all, noon + 1s) == 1);
    CHECK(leases::turn(all, noon + 1s).holds(3));
}

TEST_CASE("a lease ends early when its delivery is done with, and another claim begins a new one",
          "[store]") {
    leases all;
    claim(all, {1, 2}, noon, noon + 1s);
    all.end(1);
    all.end(1);
    all.end(99);
    CHECK_FALSE(leases::turn(all, noon).holds(1));
    CHECK(leases::turn(all, noon).holds(2));
    claim(all, {1, 2}, noon, noon + 5s);
    CHECK(count(all, noon + 4s) == 2);
    CHECK(count(all, noon + 5s) == 0);
}

TEST_CASE("what ends while somebody claims is held until that turn is over", "[store]") {
    leases all;
    claim(all, {1, 2}, noon, noon + 1s);
    {
        leases::turn turn(all, noon);
        all.end(1);
        CHECK(turn.holds(1));
        turn.add(claimed({3}), noon + 1s);
        CHECK(turn.holds(3));
    }
    CHECK_FALSE(leases::turn(all, noon).holds(1));
    CHECK(count(all, noon) == 2);
}
