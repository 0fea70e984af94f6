#include "support/histogram.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using webhookd::test::histogram;

TEST_CASE("a histogram without records answers zero", "[support][histogram]") {
    const histogram h;
    CHECK(h.count() == 0);
    CHECK(h.quantile(0.5) == 0ns);
    CHECK(h.quantile(1) == 0ns);
}

TEST_CASE("a recorded duration reads back at most one bucket too large", "[support][histogram]") {
    for (std::int64_t value = 1; value < 20'000'000'000'000; value += value / 3 + 1) {
        histogram h;
        h.record(nanoseconds(value));
        h.record(1h * 18); // so that max() does not cut the bucket's bound
        const auto read = h.quantile(0.5).count();
        CAPTURE(value, read);
        CHECK(read >= value);
        CHECK(read <= value + value / 128);
    }
}

TEST_CASE("quantiles count from below, and the highest is the maximum", "[support][histogram]") {
    histogram h;
    for (int i = 1; i <= 100; ++i)
        h.record(nanoseconds(i));
    CHECK(h.quantile(0) == 1ns);
    CHECK(h.quantile(0.5) == 50ns);
    CHECK(h.quantile(0.99) == 99ns);
    CHECK(h.quantile(1) == 100ns);
    CHECK(h.max() == 100ns);
}

TEST_CASE("a negative or enormous duration is counted at the edge", "[support][histogram]") {
    histogram h;
    h.record(-5ns);
    h.record(24h * 365);
    CHECK(h.count() == 2);
    CHECK(h.quantile(0.5) == 0ns);
    CHECK(h.max() == 24h * 365);
}

TEST_CASE("merged histograms count as if one had recorded everything", "[support][histogram]") {
    histogram a, b;
    for (int i = 0; i < 10; ++i)
        a.record(10ns);
    for (int i = 0; i < 10; ++i)
        b.record(200ns);
    a.merge(b);
    CHECK(a.count() == 20);
    CHECK(a.quantile(0.5) == 10ns);
    CHECK(a.quantile(0.51) == 200ns);
}
