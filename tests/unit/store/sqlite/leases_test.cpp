#include "store/sqlite/leases.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using store::sqlite::leases;

namespace {

using claims = std::vector<store::claim>;
using ids = std::vector<store::delivery_id>;

const leases::steady noon{12h};

std::vector<store::claimed_delivery> unclaimed(std::initializer_list<store::delivery_id> wanted) {
    std::vector<store::claimed_delivery> all;
    for (const auto id : wanted)
        all.emplace_back().claim.id = id;
    return all;
}

claims claim(leases& all, std::initializer_list<store::delivery_id> wanted, leases::steady now,
             leases::steady until) {
    auto claimed = unclaimed(wanted);
    leases::claim_lock(all, now).add(claimed, until);
    claims given;
    for (const auto& each : claimed)
        given.push_back(each.claim);
    return given;
}

bool holds(leases& all, store::delivery_id id, leases::steady now) {
    return leases::claim_lock(all, now).holds(id);
}

std::vector<store::finished_delivery> finished(const claims& of) {
    std::vector<store::finished_delivery> all;
    for (const auto& each : of)
        all.emplace_back().claim = each;
    return all;
}

} // namespace

TEST_CASE("a lease holds until its time has come, and not a moment longer", "[store]") {
    leases all;
    CHECK_FALSE(holds(all, 1, noon));
    CHECK(claim(all, {1, 2}, noon, noon + 1s).size() == 2);
    CHECK(claim(all, {3}, noon, noon + 2s).size() == 1);
    CHECK(leases::claim_lock(all, noon).count() == 3);
    CHECK(holds(all, 1, noon + 1s - 1us));
    CHECK_FALSE(holds(all, 1, noon + 1s));
    CHECK_FALSE(holds(all, 2, noon + 1s));
    CHECK(holds(all, 3, noon + 1s));
}

TEST_CASE("a lease ends early when its delivery is done with, and another claim begins a new one",
          "[store]") {
    leases all;
    const auto given = claim(all, {1, 2}, noon, noon + 1s);
    all.release(claims{given[0], given[0], {99, 1}});
    CHECK_FALSE(holds(all, 1, noon));
    CHECK(holds(all, 2, noon));
    const auto again = claim(all, {1}, noon, noon + 5s);
    REQUIRE(again.size() == 1);
    CHECK(again[0].token != given[0].token);
    CHECK(holds(all, 1, noon + 4s));
}

TEST_CASE("what ends while somebody claims is held until the claim lock is released", "[store]") {
    leases all;
    const auto given = claim(all, {1, 2}, noon, noon + 1s);
    {
        leases::claim_lock claiming(all, noon);
        all.release({given.data(), 1});
        CHECK(claiming.holds(1));
        auto more = unclaimed({3});
        claiming.add(more, noon + 1s);
        CHECK(claiming.holds(3));
    }
    CHECK_FALSE(holds(all, 1, noon));
    CHECK(leases::claim_lock(all, noon).count() == 2);
}

TEST_CASE("a lease that is over is its holder's until another claims the delivery", "[store]") {
    leases all;
    const auto first = claim(all, {1, 2}, noon, noon + 1s);
    const auto second = claim(all, {1}, noon + 1s, noon + 9s);
    REQUIRE(second.size() == 1);
    CHECK(all.extend(first, noon + 3s) == ids{1});
    CHECK(holds(all, 2, noon + 2s));
    all.release({first.data(), 1});
    CHECK(holds(all, 1, noon + 8s));
    CHECK(all.extend(second, noon + 20s).empty());
    CHECK(holds(all, 1, noon + 19s));
}

TEST_CASE("an old lease that is taken up while somebody claims stays with its holder", "[store]") {
    leases all;
    const auto given = claim(all, {1, 2}, noon, noon + 1s);
    const auto late = noon + 2s;
    auto chosen = unclaimed({1, 2});
    {
        leases::claim_lock claiming(all, late);
        CHECK_FALSE(claiming.holds(1));
        CHECK(all.extend({given.data(), 1}, late + 1s).empty());
        claiming.add(chosen, late + 1s);
    }
    REQUIRE(chosen.size() == 1);
    CHECK(chosen[0].claim.id == 2);
    CHECK(all.extend(given, late + 1s) == ids{2});
}

TEST_CASE("nobody gets a claim while what became of it is written", "[store]") {
    leases all;
    const auto given = claim(all, {1}, noon, noon + 1s);
    const auto batch = finished(given);
    {
        leases::finish failed(all, batch);
        CHECK(failed.fenced().empty());
        CHECK(holds(all, 1, noon + 1h));
    }
    CHECK_FALSE(holds(all, 1, noon + 1h));
    CHECK(holds(all, 1, noon));
    {
        leases::finish done(all, batch);
        done.commit();
    }
    CHECK_FALSE(holds(all, 1, noon));
    CHECK(leases::finish(all, batch).fenced() == ids{1});
}
