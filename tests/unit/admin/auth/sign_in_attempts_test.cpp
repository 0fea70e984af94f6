#include <webhookd/admin/sign_in.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using admin::attempt_limiter;

namespace {

class hand_clock final : public runtime::clock {
public:
    [[nodiscard]] timestamp now() const override { return time; }
    timestamp time = *parse_rfc3339("2026-01-02T12:00:00Z");
};

void fail(attempt_limiter& limiter, const std::string& client, int times) {
    for (int i = 0; i < times; ++i)
        limiter.failed(client);
}

} // namespace

TEST_CASE("the failure that is one too many says so, once", "[admin]") {
    const hand_clock clock;
    attempt_limiter limiter{clock};
    for (int i = 1; i < attempt_limiter::most_failures; ++i)
        CHECK_FALSE(limiter.failed("192.0.2.1"));
    CHECK_FALSE(limiter.must_wait("192.0.2.1").has_value());
    CHECK(limiter.failed("192.0.2.1"));
    CHECK_FALSE(limiter.failed("192.0.2.1"));
    CHECK(limiter.must_wait("192.0.2.1") == 60s);
    CHECK_FALSE(limiter.must_wait("192.0.2.2").has_value());
}

TEST_CASE("failures count within a window that begins with the first", "[admin]") {
    hand_clock clock;
    attempt_limiter limiter{clock};
    fail(limiter, "unix", 9);
    clock.time += 59'500ms;
    limiter.failed("unix");
    CHECK(limiter.must_wait("unix") == 1s);
    clock.time += 500ms;
    CHECK_FALSE(limiter.must_wait("unix").has_value());
    fail(limiter, "unix", 9);
    CHECK_FALSE(limiter.must_wait("unix").has_value());
}

TEST_CASE("a clock that is set back keeps nobody out for longer", "[admin]") {
    hand_clock clock;
    attempt_limiter limiter{clock};
    fail(limiter, "192.0.2.1", 10);
    clock.time -= 24h;
    CHECK_FALSE(limiter.must_wait("192.0.2.1").has_value());
}

TEST_CASE("one network of IPv6 addresses counts as one client", "[admin]") {
    const hand_clock clock;
    attempt_limiter limiter{clock};
    for (int i = 1; i <= 10; ++i)
        limiter.failed("2001:db8:1:2::" + std::to_string(i));
    CHECK(limiter.must_wait("2001:db8:1:2:ffff::1").has_value());
    CHECK_FALSE(limiter.must_wait("2001:db8:1:3::1").has_value());
    fail(limiter, "::ffff:192.0.2.1", 10);
    CHECK_FALSE(limiter.must_wait("::ffff:192.0.2.2").has_value());
}

TEST_CASE("memory is bounded: the oldest window is forgotten first", "[admin]") {
    hand_clock clock;
    attempt_limiter limiter{clock};
    fail(limiter, "192.0.2.1", 10);
    for (std::size_t i = 0; i < 3 * attempt_limiter::most_clients; ++i) {
        clock.time += 1ms;
        limiter.failed("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
        CHECK(limiter.size() <= attempt_limiter::most_clients);
    }
    CHECK_FALSE(limiter.must_wait("192.0.2.1").has_value());
}
