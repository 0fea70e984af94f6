#include "handler/forward/post.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using handler::forward::parse_retry_after;
using namespace std::chrono_literals;

namespace {

const auto now = *parse_rfc3339("1994-11-06T08:49:00Z");

} // namespace

TEST_CASE("Retry-After counts seconds", "[forward]") {
    CHECK(parse_retry_after("0", now) == 0ms);
    CHECK(parse_retry_after("120", now) == 2min);
    CHECK(parse_retry_after("0007", now) == 7s);
    CHECK(parse_retry_after("31536000", now) == 365 * 24h);
}

TEST_CASE("Retry-After names a date in any of the three formats of HTTP", "[forward]") {
    for (const auto* date :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        CAPTURE(date);
        CHECK(parse_retry_after(date, now) == 37s);
        CHECK(parse_retry_after(date, now + 400ms) == 36600ms);
        CHECK(parse_retry_after(date, now + 1h) == 0ms);
    }
    CHECK(parse_retry_after("Wed Nov 16 08:49:00 1994", now) == 240h);
    CHECK(parse_retry_after("Thu, 01 Dec 1994 16:00:00 GMT", now) == 25 * 24h + 7h + 11min);
}

TEST_CASE("two digits of a year are of the past when they seem far ahead", "[forward]") {
    const auto later = *parse_rfc3339("2026-01-02T12:00:00Z");
    CHECK(parse_retry_after("Friday, 02-Jan-26 12:00:05 GMT", later) == 5s);
    CHECK(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", later) == 0ms); // 1994, not 2094
    CHECK_FALSE(parse_retry_after("Monday, 06-Nov-70 08:49:37 GMT", later));  // 2070: nobody waits for that
}

TEST_CASE("nonsense in Retry-After is ignored", "[forward]") {
    for (const auto* nonsense : {"",
                                 "-5",
                                 "+5",
                                 "5s",
                                 "1.5",
                                 "5, 6",
                                 "soon",
                                 "31536001",
                                 "99999999999999999999999999",
                                 "Sun, 06 Nov 1994 08:49:37",
                                 "Sun, 06 Nov 1994 08:49:37 CET",
                                 "Sun, 31 Feb 1994 08:49:37 GMT",
                                 "Sun, 06 Nov 1994 24:49:37 GMT",
                                 "Sun, 06 Nov 1994 08:60:37 GMT",
                                 "Sun, 6 Nov 1994 08:49:37 GMT",
                                 "Nov 6 1994",
                                 "Sun, 06 Nov 2094 08:49:37 GMT",
                                 "Sunday, 06 Nov 1994 08:49:37 GMT",
                                 "Sun, 06 Nov 1994 08:49:37 GMT and more",
                                 "Sun Nov 6 08:49:37 1994",
                                 "1994-11-06T08:49:37Z"}) {
        CAPTURE(nonsense);
        CHECK_FALSE(parse_retry_after(nonsense, now));
    }
}
