#include "delivery/shared_circuit.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using delivery::circuit_call;
using delivery::shared_circuit;
using kind = circuit_call::kind;
using state = delivery::circuit_breaker::state;

namespace {

const shared_circuit::time_point start{1h};
const failure away{errc::store_io, "the test says so"};

/// Opened by two failures at the start, for half a minute, which the store does not know yet.
shared_circuit just_opened() {
    shared_circuit c(config::circuit_breaker{2, 30s});
    for (int i = 0; i < 2; ++i) {
        REQUIRE(c.allows(start));
        c.begun();
        c.failed(start);
    }
    REQUIRE(c.current() == state::open);
    return c;
}

/// The same, and the store knows it as its opening 7.
shared_circuit opened() {
    auto c = just_opened();
    REQUIRE(c.next_call(start, true).value().what == kind::open);
    c.opened(7, start);
    return c;
}

/// The same, and half a minute later this instance has the test, and makes its attempt.
shared_circuit testing() {
    auto c = opened();
    REQUIRE(c.next_call(start + 30s, true).value().what == kind::test);
    c.tested(true, start + 30s);
    REQUIRE(c.allows(start + 30s));
    c.begun();
    REQUIRE(c.current() == state::half_open);
    return c;
}

} // namespace

TEST_CASE("an opening is told to the store until it knows it and for what is left", "[delivery]") {
    auto c = just_opened();
    auto call = c.next_call(start, true);
    REQUIRE(call);
    CHECK(call->what == kind::open);
    CHECK(call->open_for == 30s);
    c.opened(away, start);
    CHECK(c.is_alone());
    CHECK_FALSE(c.next_call(start + 999ms, true));
    CHECK(c.wake_at() == start + 1s);
    call = c.next_call(start + 1s, true);
    REQUIRE(call);
    CHECK(call->open_for == 29s);
    c.opened(7, start + 1s);
    CHECK_FALSE(c.is_alone());
    CHECK(c.opening() == 7);
    CHECK_FALSE(c.next_call(start + 2s, true));
    CHECK(c.wake_at() == start + 30s);
}

TEST_CASE("a half-open circuit begins its attempt with the test of the store alone", "[delivery]") {
    auto c = opened();
    CHECK_FALSE(c.next_call(start + 30s, false)); // nobody waits
    CHECK(c.current() == state::half_open);
    CHECK_FALSE(c.allows(start + 30s));
    REQUIRE(c.next_call(start + 30s, true).value().what == kind::test);
    SECTION("which it got") {
        c.tested(true, start + 30s);
        CHECK_FALSE(c.next_call(start + 31s, true));
        CHECK(c.allows(start + 31s));
        c.begun();
        CHECK_FALSE(c.allows(start + 31s));
    }
    SECTION("which it got and did not use before the lease was over") {
        c.tested(true, start + 30s);
        CHECK_FALSE(c.allows(start + 30s + shared_circuit::lease));
        CHECK(c.next_call(start + 30s + shared_circuit::lease, true).value().what == kind::test);
    }
    SECTION("which another has") {
        c.tested(false, start + 30s);
        CHECK_FALSE(c.allows(start + 30s));
        CHECK_FALSE(c.next_call(start + 30s, true));
        const store::circuit_record others{"crm", 7, 20s, false};
        c.read(&others, start + 30s);
        CHECK(c.open_until() == start + 50s);
        CHECK(c.next_call(start + 50s, true).value().what == kind::test);
    }
    SECTION("or by itself while the store does not answer") {
        c.tested(away, start + 30s);
        CHECK(c.is_alone());
        CHECK(c.allows(start + 30s));
        CHECK(c.next_call(start + 31s, true).value().what == kind::test); // asked again and again
        c.tested(false, start + 31s);
        CHECK_FALSE(c.allows(start + 31s));
    }
}

TEST_CASE("the test is extended while its attempt runs", "[delivery]") {
    auto c = testing();
    CHECK_FALSE(c.next_call(start + 39s, true));
    CHECK(c.wake_at() == start + 40s);
    CHECK(c.next_call(start + 40s, false).value().what == kind::test);
    c.tested(away, start + 40s);
    CHECK_FALSE(c.next_call(start + 40s, true));
    CHECK(c.wake_at() == start + 41s);
    CHECK(c.next_call(start + 41s, true).value().what == kind::test);
    c.tested(true, start + 41s);
    CHECK(c.wake_at() == start + 51s);
}

TEST_CASE("the attempt of a test closes the circuit for all or opens it again", "[delivery]") {
    auto c = testing();
    SECTION("closes it") {
        c.answered();
        CHECK(c.current() == state::closed);
        CHECK(c.allows(start + 31s));
        const auto call = c.next_call(start + 31s, true);
        REQUIRE(call);
        CHECK(call->what == kind::close);
        CHECK(call->opening == 7);
        c.closed(away, start + 31s);
        CHECK(c.next_call(start + 32s, true).value().what == kind::close);
        c.closed({}, start + 32s);
        CHECK_FALSE(c.next_call(start + 33s, true));
        CHECK(c.opening() == 0);
    }
    SECTION("opens it") {
        c.failed(start + 31s);
        CHECK(c.open_until() == start + 61s);
        CHECK(c.next_call(start + 31s, true).value().what == kind::open);
        c.opened(8, start + 31s);
        CHECK(c.opening() == 8);
        CHECK_FALSE(c.allows(start + 60s));
    }
    SECTION("neither of them when it was abandoned") {
        c.abandoned();
        CHECK(c.allows(start + 31s));
    }
}

TEST_CASE("what other instances have opened and closed moves the circuit of this one", "[delivery]") {
    shared_circuit c(config::circuit_breaker{2, 30s});
    const store::circuit_record others{"crm", 3, 20s, false};
    c.read(&others, start);
    CHECK(c.current() == state::open);
    CHECK(c.open_until() == start + 20s);
    CHECK(c.opening() == 3);
    CHECK_FALSE(c.next_call(start, true)); // the store knows it
    SECTION("they close it") {
        c.read(nullptr, start + 5s);
        CHECK(c.current() == state::closed);
        CHECK(c.allows(start + 5s));
        CHECK_FALSE(c.next_call(start + 5s, true));
    }
    SECTION("an attempt from before has its answer") {
        c.answered();
        const auto call = c.next_call(start + 5s, true);
        REQUIRE(call);
        CHECK(call->what == kind::close);
        CHECK(call->opening == 3);
        c.read(&others, start + 5s); // read before it is told
        CHECK(c.current() == state::closed);
    }
    SECTION("they open it again") {
        const store::circuit_record again{"crm", 4, 30s, false};
        c.read(&again, start + 25s);
        CHECK(c.open_until() == start + 55s);
        CHECK(c.opening() == 4);
    }
}

TEST_CASE("an opening that was not told yet is not taken back by what was read", "[delivery]") {
    auto c = just_opened();
    c.read(nullptr, start);
    CHECK(c.current() == state::open);
    c.answered(); // before the store has heard of it: it need not
    CHECK_FALSE(c.next_call(start, true));
    CHECK(c.current() == state::closed);
}

TEST_CASE("an instance whose test went to another goes on with its attempt and no other", "[delivery]") {
    auto c = testing();
    const store::circuit_record others{"crm", 7, 25s, false};
    c.read(&others, start + 70s);
    CHECK(c.current() == state::open);
    CHECK_FALSE(c.allows(start + 80s));
    SECTION("it has no answer") {
        c.failed(start + 80s);
        CHECK(c.open_until() == start + 95s);
        CHECK_FALSE(c.next_call(start + 80s, true));
    }
    SECTION("it has an answer") {
        c.answered();
        CHECK(c.next_call(start + 80s, true).value().what == kind::close);
    }
}

TEST_CASE("without settings nothing is shared", "[delivery]") {
    shared_circuit c;
    const store::circuit_record others{"crm", 3, 20s, false};
    c.read(&others, start);
    for (int i = 0; i < 100; ++i)
        c.failed(start);
    CHECK(c.allows(start));
    CHECK_FALSE(c.next_call(start, true));
    CHECK_FALSE(c.wake_at());
}
