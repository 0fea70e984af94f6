#include "telemetry/page.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using telemetry::page;

TEST_CASE("metrics of one name stand together, whenever they are written", "[metrics]") {
    page p;
    p.counter("a_total", "First.", 1, {{"handler", "x"}});
    p.gauge("b", "Second.", 2.5);
    p.counter("a_total", "First.", 3, {{"handler", "y"}});
    CHECK(p.text() == "# HELP a_total First.\n# TYPE a_total counter\na_total{handler=\"x\"} 1\n"
                      "a_total{handler=\"y\"} 3\n# HELP b Second.\n# TYPE b gauge\nb 2.5\n");
}

TEST_CASE("a histogram's buckets add up, in the metric's unit", "[metrics]") {
    page p;
    p.histogram("d_seconds", "Durations.", {{50'000, 2'500'000, 10'000'000'000}, {1, 2, 0, 4}, 1'500'000'000},
                telemetry::nanoseconds_per_second);
    CHECK(p.text() == "# HELP d_seconds Durations.\n# TYPE d_seconds histogram\n"
                      "d_seconds_count 7\nd_seconds_sum 1.5\n"
                      "d_seconds_bucket{le=\"5e-05\"} 1\nd_seconds_bucket{le=\"0.0025\"} 3\n"
                      "d_seconds_bucket{le=\"10\"} 3\nd_seconds_bucket{le=\"+Inf\"} 7\n");
}

TEST_CASE("label values are escaped", "[metrics]") {
    page p;
    p.gauge("g", "One.", 1, {{"name", "a\"b\\c\nd"}});
    CHECK_THAT(p.text(), Catch::Contains(R"(g{name="a\"b\\c\nd"} 1)"));
}

TEST_CASE("large counts are exact", "[metrics]") {
    page p;
    p.counter("bytes_total", "Bytes.", std::uint64_t{123'456'789'012'345});
    CHECK_THAT(p.text(), Catch::Contains("bytes_total 123456789012345\n"));
}
