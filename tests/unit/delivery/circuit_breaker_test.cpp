#include <webhookd/delivery/circuit_breaker.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using delivery::circuit_breaker;
using state = circuit_breaker::state;

namespace {

const circuit_breaker::clock::time_point start{};

circuit_breaker after_failures(int count) {
    circuit_breaker c(config::circuit_breaker{3, 30s});
    for (int i = 0; i < count; ++i) {
        REQUIRE(c.allows(start));
        c.begun();
        c.failed(start);
    }
    return c;
}

} // namespace

TEST_CASE("failures in a row open a circuit, an answer between them does not let it", "[delivery]") {
    auto c = after_failures(2);
    CHECK(c.current() == state::closed);
    c.answered();
    c.failed(start);
    c.failed(start);
    CHECK(c.allows(start));
    c.failed(start);
    CHECK(c.current() == state::open);
    CHECK_FALSE(c.allows(start + 29s));
    CHECK(c.open_until() == start + 30s);
}

TEST_CASE("a half-open circuit lets one attempt through, which decides", "[delivery]") {
    auto c = after_failures(3);
    REQUIRE(c.allows(start + 30s));
    CHECK(c.current() == state::half_open);
    c.begun();
    CHECK_FALSE(c.allows(start + 31s));
    SECTION("for the better") {
        c.answered();
        CHECK(c.current() == state::closed);
        CHECK(c.allows(start + 31s));
    }
    SECTION("for the worse") {
        c.failed(start + 31s);
        CHECK(c.current() == state::open);
        CHECK_FALSE(c.allows(start + 60s));
        CHECK(c.allows(start + 61s));
    }
    SECTION("not at all, when it was abandoned") {
        c.abandoned();
        CHECK(c.current() == state::half_open);
        CHECK(c.allows(start + 31s));
    }
}

TEST_CASE("news of attempts that began before it opened: good ones close it, bad ones prolong nothing",
          "[delivery]") {
    auto c = after_failures(3);
    c.failed(start + 20s);
    CHECK(c.open_until() == start + 30s);
    c.answered();
    CHECK(c.current() == state::closed);
}

TEST_CASE("without settings a circuit never opens", "[delivery]") {
    circuit_breaker c;
    for (int i = 0; i < 1000; ++i)
        c.failed(start);
    CHECK(c.allows(start));
    CHECK(c.current() == state::closed);
}
