#include <webhookd/time.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string_view>

using namespace webhookd;
using namespace std::chrono;

namespace {

struct instant_of_text {
    std::string_view text;
    long long microseconds_since_1970;
};

timestamp at(long long us) {
    return timestamp{microseconds{us}};
}

} // namespace

TEST_CASE("a timestamp is written in UTC with milliseconds, cut and not rounded", "[time]") {
    CHECK(to_rfc3339(at(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(to_rfc3339(at(1'767'319'445'678'999)) == "2026-01-02T02:04:05.678Z");
    CHECK(to_rfc3339(at(951'782'399'999'999)) == "2000-02-28T23:59:59.999Z");
    CHECK(to_rfc3339(at(951'782'400'000'000)) == "2000-02-29T00:00:00.000Z");
    CHECK(to_rfc3339(at(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("a time that RFC 3339 cannot write is written as the nearest that it can", "[time]") {
    CHECK(to_rfc3339(timestamp::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(timestamp::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("every form of RFC 3339 is read", "[time]") {
    const auto [text, expected] = GENERATE(values<instant_of_text>({
        {"1970-01-01T00:00:00Z", 0},
        {"2026-01-02T02:04:05.678Z", 1'767'319'445'678'000},
        {"2026-01-02t02:04:05.678z", 1'767'319'445'678'000},
        {"2026-01-02 02:04:05.678Z", 1'767'319'445'678'000},
        {"2026-01-02T03:04:05.678+01:00", 1'767'319'445'678'000},
        {"2026-01-01T20:34:05.678-05:30", 1'767'319'445'678'000},
        {"2026-01-02T02:04:05.678-00:00", 1'767'319'445'678'000},
        {"2026-01-02T02:04:05.1Z", 1'767'319'445'100'000},
        {"2026-01-02T02:04:05.123456Z", 1'767'319'445'123'456},
        {"2026-01-02T02:04:05.123456999999999999999999999999Z", 1'767'319'445'123'456},
        {"2026-01-02", 1'767'312'000'000'000},
        {"2000-02-29", 951'782'400'000'000},
        {"2024-02-29T12:00:00Z", 1'709'208'000'000'000},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"2026-01-02T23:30:00-23:59", 1'767'482'940'000'000},
        {"0000-01-01T00:00:00Z", -62'167'219'200'000'000},
        {"9999-12-31T23:59:59.999999Z", 253'402'300'799'999'999},
    }));
    CAPTURE(text);
    const auto t = parse_rfc3339(text);
    REQUIRE(t);
    CHECK(t->time_since_epoch().count() == expected);
    CHECK(parse_iso8601(text) == t);
}

TEST_CASE("a leap second stays in its minute, and sixty seconds are refused anywhere else", "[time]") {
    CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == at(1'483'228'799'999'999));
    CHECK(parse_rfc3339("2016-12-31T23:59:60.5Z") == at(1'483'228'799'999'999));
    CHECK(parse_rfc3339("2017-01-01T00:59:60+01:00") == at(1'483'228'799'999'999));
    CHECK(parse_rfc3339("1990-06-30T15:59:60-08:00") == at(646'790'399'999'999));
    CHECK_FALSE(parse_rfc3339("2016-12-30T23:59:60Z"));
    CHECK_FALSE(parse_rfc3339("2016-12-31T22:59:60Z"));
    CHECK_FALSE(parse_rfc3339("2016-12-31T23:58:60Z"));
    CHECK_FALSE(parse_rfc3339("2016-12-31T23:59:60+01:00"));
    CHECK_FALSE(parse_rfc3339("2016-12-31T23:59:61Z"));
}

TEST_CASE("what is no time is refused, also as ISO 8601", "[time]") {
    const auto text = GENERATE(values<std::string_view>({
        "",
        " ",
        "now",
        "2026",
        "2026-01",
        "2026-1-2",
        "20260102",
        "2026-01-02T",
        "2026-01-02T03",
        "2026-01-02T03:04",
        "2026-01-02T03:04Z",
        "2026-01-02T03:04:5Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05.",
        "2026-01-02T03:04:05Zulu",
        "2026-01-02T03:04:05Z ",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05 Z",
        "2026-01-02_03:04:05Z",
        "2026-01-02T03:04:05+",
        "2026-01-02T03:04:05+1",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+01:60",
        "2026-01-02T03:04:05+01:0",
        "2026-01-02T03:04:05+01:",
        "2026-01-02T03:04:05+01:00:00",
        "2026-00-02T03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-01-32T03:04:05Z",
        "2026-04-31",
        "2025-02-29",
        "1900-02-29",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z",
        "+2026-01-02T03:04:05Z",
        "-026-01-02T03:04:05Z",
        "12026-01-02T03:04:05Z",
        "2026-01-02T-3:04:05Z",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00+00:01",
        "2026-01-02T03:04:05\xe2\x88\x92"
        "01:00",
    }));
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
    CHECK_FALSE(parse_iso8601(text));
    CHECK_FALSE(parse_rfc3339(std::string_view("2026-01-02\0T03:04:05Z", 21)));
}

TEST_CASE("the liberties of ISO 8601 are read as such, and are no RFC 3339", "[time]") {
    const auto [text, expected] = GENERATE(values<instant_of_text>({
        {"2026-01-02T02:04:05", 1'767'319'445'000'000},
        {"2026-01-02T02:04:05.678", 1'767'319'445'678'000},
        {"2026-01-02T02:04:05,678Z", 1'767'319'445'678'000},
        {"2026-01-02T03:04:05+0100", 1'767'319'445'000'000},
        {"2026-01-01T20:34:05-0530", 1'767'319'445'000'000},
        {"2026-01-02T03:04:05+01", 1'767'319'445'000'000},
    }));
    CAPTURE(text);
    CHECK(parse_iso8601(text) == at(expected));
    CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("a written timestamp reads back as itself, to the millisecond", "[time]") {
    for (long long day = -719'528; day < 2'932'897; day += 997) {
        const auto t = at(day * 86'400'000'000 + (day & 0xffff) * 1'000'000 + 789'000);
        CAPTURE(to_rfc3339(t));
        CHECK(parse_rfc3339(to_rfc3339(t)) == t);
    }
}
