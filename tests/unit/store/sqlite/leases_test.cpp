#include "store/sqlite/leases.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;

store::claim_answer claimed(std::initializer_list<store::delivery_id> ids) {
    store::claim_answer answer;
    for (const auto id : ids)
        answer.deliveries.emplace_back().id = id;
    return answer;
}

} // namespace

TEST_CASE("a lease holds until its time has come, and not a moment longer", "[store]") {
    store::sqlite::leases leases;
    CHECK(leases.held(noon).empty());
    leases.add(claimed({1, 2}), noon + 1s);
    leases.add(claimed({3}), noon + 2s);
    CHECK(leases.held(noon).size() == 3);
    CHECK(leases.held(noon + 1s - 1us).size() == 3);
    const auto later = leases.held(noon + 1s);
    REQUIRE(later.size() == 1);
    CHECK(later.at(3) == noon + 2s);
    // What is over stays over, even where the clock goes back.
    CHECK(leases.held(noon).size() == 1);
}

TEST_CASE("a lease ends early when its delivery is done with, and another claim begins a new one",
          "[store]") {
    store::sqlite::leases leases;
    leases.add(claimed({1, 2}), noon + 1s);
    leases.end(1);
    leases.end(1);
    leases.end(99);
    CHECK(leases.held(noon).count(1) == 0);
    CHECK(leases.held(noon).count(2) == 1);
    leases.add(claimed({1, 2}), noon + 5s);
    CHECK(leases.held(noon + 4s).size() == 2);
    CHECK(leases.held(noon + 5s).empty());
}
