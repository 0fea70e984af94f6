#include <webhookd/runtime/clock_watch.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using runtime::leap_detector;

TEST_CASE("a leap of the wall clock is told once, with its length and direction", "[runtime]") {
    const leap_detector::wall noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;
    const leap_detector::steady start{};
    leap_detector detector(noon, start);
    CHECK_FALSE(detector.observe(noon + 1s, start + 1s));
    CHECK_FALSE(detector.observe(noon + 1h + 1s, start + 1h)); // slewed
    CHECK(detector.observe(noon + 2h, start + 1h + 1s) == 59min + 58s);
    CHECK_FALSE(detector.observe(noon + 2h + 1s, start + 1h + 2s));
    CHECK(detector.observe(noon - 24h, start + 1h + 2s) == -26h - 1s);
    CHECK_FALSE(detector.observe(noon - 24h, start + 1h + 2s));
}

TEST_CASE("a watch over the clock ends at once, and tells nothing while the clock goes as it should",
          "[runtime]") {
    int told = 0;
    {
        const runtime::clock_watch watch([&](auto) { ++told; });
    }
    CHECK(told == 0);
}
