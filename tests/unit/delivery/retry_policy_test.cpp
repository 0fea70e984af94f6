#include <webhookd/delivery/retry_policy.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using handler::verdict;
using store::delivery_state;

namespace {

const handler::outcome refused{verdict::retry, 503, "HTTP 503", {}, {}};

config::retry_policy policy() {
    config::retry_policy p;
    p.initial = 1s;
    p.factor = 2;
    p.max_delay = 10s;
    p.max_attempts = 20;
    p.full_jitter = false;
    return p;
}

std::chrono::microseconds delay(const config::retry_policy& p, std::uint32_t attempt, double chance = 0) {
    const auto d = delivery::decide(p, refused, {attempt, 0s, chance});
    REQUIRE(d.state == delivery_state::pending);
    return d.delay;
}

} // namespace

TEST_CASE("the delay grows by the factor, up to its cap", "[delivery]") {
    CHECK(delay(policy(), 1) == 1s);
    CHECK(delay(policy(), 2) == 2s);
    CHECK(delay(policy(), 4) == 8s);
    CHECK(delay(policy(), 5) == 10s);
    CHECK(delay(policy(), 19) == 10s);
    auto p = policy();
    p.max_attempts = UINT32_MAX;
    p.factor = 100;
    CHECK(delay(p, 4'000'000'000) == 10s);
}

TEST_CASE("full jitter draws the delay from zero to its length", "[delivery]") {
    auto p = policy();
    p.full_jitter = true;
    CHECK(delay(p, 3, 0) == 0s);
    CHECK(delay(p, 3, 0.25) == 1s);
    CHECK(delay(p, 3, 0.999999) < 4s);
}

TEST_CASE("Retry-After makes the delay longer within the cap, and never shorter", "[delivery]") {
    auto o = refused;
    const auto with = [&](std::chrono::milliseconds asked, std::uint32_t attempt = 1) {
        o.retry_after = asked;
        return delivery::decide(policy(), o, {attempt, 0s, 0}).delay;
    };
    CHECK(with(7s) == 7s);
    CHECK(with(1h) == 10s);
    CHECK(with(std::chrono::milliseconds::max()) == 10s);
    CHECK(with(0s) == 1s);
    CHECK(with(-5s) == 1s);
    CHECK(with(std::chrono::milliseconds::min()) == 1s);
    CHECK(with(3s, 4) == 8s);
}

TEST_CASE("Retry-After is compared with the delay that the jitter left", "[delivery]") {
    auto p = policy();
    p.full_jitter = true;
    auto o = refused;
    o.retry_after = 2s;
    CHECK(delivery::decide(p, o, {4, 0s, 0.125}).delay == 2s);
    CHECK(delivery::decide(p, o, {4, 0s, 0.5}).delay == 4s);
}

TEST_CASE("the last attempt, the age and a verdict end a delivery", "[delivery]") {
    const auto decide = [](const config::retry_policy& p, const handler::outcome& o, std::uint32_t attempt,
                           std::chrono::microseconds age = 0s) {
        return delivery::decide(p, o, {attempt, age, 0});
    };
    CHECK(decide(policy(), {}, 1).state == delivery_state::successful);
    CHECK(decide(policy(), refused, 19).state == delivery_state::pending);
    const auto last = decide(policy(), refused, 20);
    CHECK(last.state == delivery_state::failed);
    CHECK(last.reason == "HTTP 503; that was the last attempt");
    const auto rejected = decide(policy(), {verdict::failed, 400, "HTTP 400", {}, {}}, 1);
    CHECK(rejected.state == delivery_state::failed);
    CHECK(rejected.reason == "HTTP 400");

    auto p = policy();
    p.max_age = 1h;
    CHECK(decide(p, refused, 1, 59min).state == delivery_state::pending);
    const auto old = decide(p, refused, 1, 1h);
    CHECK(old.state == delivery_state::failed);
    CHECK(old.reason == "HTTP 503; the next attempt would be too late");
}
