#include "support/delivery_oracle.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

const std::chrono::steady_clock::time_point start{};

/// Two events of one transaction, acknowledged at the start.
std::vector<acknowledged_transaction> two_events() {
    const acknowledged_transaction one{{"a", hash_of("body of a"), start},
                                       {"b", hash_of("body of b"), start}};
    return {one};
}

sighting taken(std::size_t arrival, std::size_t success, const std::string& body) {
    sighting is;
    is.first_arrival = arrival;
    is.first_success = success;
    is.succeeded = start + std::chrono::seconds{success};
    is.arrivals = is.successes = 1;
    is.body = hash_of(body);
    return is;
}

sightings in_order() {
    return {{"a", taken(1, 2, "body of a")}, {"b", taken(3, 4, "body of b")}};
}

} // namespace

TEST_CASE("the oracle finds nothing wrong with events that came in order", "[support]") {
    const auto verdict = judge_deliveries(two_events(), in_order());
    CHECK(verdict.flawless());
    CHECK(verdict.delivered_again == 0);
    CHECK(verdict.longest_wait.count() == 2); // each might have come as soon as the one before was taken
}

TEST_CASE("the oracle counts what is lost, altered, unknown, out of order and delivered again", "[support]") {
    auto seen = in_order();
    SECTION("never taken") {
        seen.at("b").first_success.reset();
        CHECK(judge_deliveries(two_events(), seen).lost == 1);
    }
    SECTION("never seen") {
        seen.erase("a");
        CHECK(judge_deliveries(two_events(), seen).lost == 1);
    }
    SECTION("with another body") {
        seen.at("a").body = hash_of("something else");
        CHECK(judge_deliveries(two_events(), seen).altered == 1);
    }
    SECTION("under an id that nobody was promised anything of") {
        seen.emplace("c", taken(5, 6, "body of c"));
        CHECK(judge_deliveries(two_events(), seen).unknown == 1);
    }
    SECTION("before the one before it was taken") {
        seen.at("a").first_success = 5;
        CHECK(judge_deliveries(two_events(), seen).out_of_order == 1);
    }
    SECTION("taken twice, which is allowed") {
        seen.at("a").successes = 2;
        const auto verdict = judge_deliveries(two_events(), seen);
        CHECK(verdict.delivered_again == 1);
        CHECK(verdict.flawless());
        return;
    }
    CHECK_FALSE(judge_deliveries(two_events(), seen).flawless());
}

TEST_CASE("the oracle compares what the database keeps with what was promised", "[support]") {
    CHECK(judge_kept(two_events(), "a b").lost == 0);
    CHECK(judge_kept(two_events(), "a b").out_of_order == 0);
    CHECK(judge_kept(two_events(), "a b").unknown == 0);
    CHECK(judge_kept(two_events(), "b a").out_of_order == 1);
    CHECK(judge_kept(two_events(), "b").lost == 1);
    CHECK(judge_kept(two_events(), "a c b").unknown == 1);
}
