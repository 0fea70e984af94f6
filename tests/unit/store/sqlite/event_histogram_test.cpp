#include "store/sqlite/event_histogram.hpp"

#include <catch2/catch.hpp>

#include <vector>

using webhookd::store::sqlite::counted_part;
using webhookd::store::sqlite::divide;
using webhookd::store::sqlite::floor_to;
using enum counted_part::unit;
using parts = std::vector<counted_part>;

namespace {

constexpr std::int64_t hour = webhookd::store::sqlite::hour_microseconds;
constexpr std::int64_t day = webhookd::store::sqlite::day_microseconds;

} // namespace

TEST_CASE("a period is divided into whole days and hours and what is left at its ends",
          "[store][histogram]") {
    CHECK(divide(day - hour - 1, 3 * day + hour + 1, days) ==
          parts{{events, day - hour - 1, day - hour},
                {hours, day - hour, day},
                {days, day, 3 * day},
                {hours, 3 * day, 3 * day + hour},
                {events, 3 * day + hour, 3 * day + hour + 1}});
    CHECK(divide(day, 3 * day, days) == parts{{days, day, 3 * day}});
    CHECK(divide(day, 3 * day, hours) == parts{{hours, day, 3 * day}});
    CHECK(divide(day, 3 * day, events) == parts{{events, day, 3 * day}});
}

TEST_CASE("a period without a whole day or hour is counted from what is smaller", "[store][histogram]") {
    CHECK(divide(day + hour, day + 2 * hour, days) == parts{{hours, day + hour, day + 2 * hour}});
    CHECK(divide(day - 5, day + 5, days) == parts{{events, day - 5, day + 5}});
    CHECK(divide(hour - 5, day - 1, days) ==
          parts{{events, hour - 5, hour}, {hours, hour, day - hour}, {events, day - hour, day - 1}});
    CHECK(divide(5, 5, days).empty());
    CHECK(divide(6, 5, days).empty());
}

TEST_CASE("instants before 1970 belong to the hour that begins before them", "[store][histogram]") {
    CHECK(floor_to(-1, hour) == -hour);
    CHECK(floor_to(-hour, hour) == -hour);
    CHECK(floor_to(0, hour) == 0);
    CHECK(floor_to(hour - 1, hour) == 0);
    CHECK(divide(-2 * hour, -hour, hours) == parts{{hours, -2 * hour, -hour}});
    CHECK(divide(-hour - 1, -1, hours) == parts{{events, -hour - 1, -1}});
}
