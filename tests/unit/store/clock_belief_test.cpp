#include <webhookd/store/clock_belief.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::store;
using namespace std::chrono_literals;

namespace {

const timestamp noon = *parse_rfc3339("2026-01-02T12:00:00Z");
constexpr std::chrono::microseconds day = 24h;

} // namespace

TEST_CASE("a clock that goes on as expected is believed", "[clock]") {
    const auto next = judge_clock({noon, {}, {}}, {noon + 1h, 1h});
    CHECK(next.state == clock_state{noon + 1h, {}, {}});
    CHECK_FALSE(next.in_doubt());
    CHECK(judge_clock({noon, {}, {}}, {noon + 1h + 9min, 1h}).state.believed == noon + 1h + 9min);
    CHECK(judge_clock({noon, {}, {}}, {noon + 1h - 9min, 1h}).state.believed == noon + 51min);
}

TEST_CASE("a clock that leaps ahead is believed when it has held for hours, and no sooner", "[clock]") {
    auto now = judge_clock({noon, {}, {}}, {noon + 500 * day, 0s});
    CHECK(now.leapt);
    CHECK(now.state.believed == noon);
    std::chrono::microseconds ran{0};
    while (ran < clock_hold - 5min) {
        ran += 5min;
        now = judge_clock(now.state, {noon + 500 * day + ran, 5min});
        REQUIRE(now.in_doubt());
        REQUIRE_FALSE(now.leapt);
        REQUIRE(now.state.believed == noon + ran);
    }
    now = judge_clock(now.state, {noon + 500 * day + clock_hold, 5min});
    CHECK(now.adopted);
    CHECK(now.settled);
    CHECK(now.state == clock_state{noon + 500 * day + clock_hold, {}, {}});
}

TEST_CASE("a clock that is put right, or leaps once more, has held for nothing", "[clock]") {
    auto now = judge_clock({noon, {}, {}}, {noon + 500 * day, 0s});
    now = judge_clock(now.state, {noon + 500 * day + 5h, 5h});
    CHECK(now.state.held == 5h);
    const auto right = judge_clock(now.state, {noon + 6h, 1h});
    CHECK(right.settled);
    CHECK_FALSE(right.adopted);
    CHECK(right.state == clock_state{noon + 6h, {}, {}});
    const auto again = judge_clock(now.state, {noon + 700 * day, 2h});
    CHECK(again.leapt);
    CHECK(again.state.held == 0s);
    CHECK(again.state.believed == noon + 7h);
}

TEST_CASE("restarts with a wrong clock add up to nothing but the time in which they ran", "[clock]") {
    clock_state state{noon, {}, {}};
    for (int start = 0; start < 1000; ++start)
        state = judge_clock(state, {noon + 500 * day + start * 1s, 0s}).state;
    CHECK(state.believed == noon);
    CHECK(state.held == 0s);
}

TEST_CASE("a clock that is behind holds retention back, and does not move what is believed", "[clock]") {
    const auto now = judge_clock({noon, {}, {}}, {noon - 500 * day, 1h});
    CHECK(now.leapt);
    CHECK(now.state.believed == noon + 1h);
    CHECK(retention_time(now.state, noon - 500 * day) == noon - 500 * day);
    CHECK(retention_time(now.state, noon + 500 * day) == noon + 1h);
    CHECK(judge_clock(now.state, {noon + 2h, 1h}).settled);
}
