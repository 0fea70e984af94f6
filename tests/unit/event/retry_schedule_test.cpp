#include <webhookd/event/retry_schedule.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using event::outlook;
using event::outlook_of_outage;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;

/// When a webhook first tried at `first` is tried again, by each reading of Universign's documentation.
std::vector<std::vector<timestamp>> possible_retries(timestamp first) {
    return {{first + 1min, first + 5min, first + 30min, first + 2h, first + 6h, first + 24h, first + 48h},
            {first + 1min, first + 6min, first + 36min, first + 156min, first + 516min, first + 1956min,
             first + 4836min}};
}

std::optional<timestamp> first_after(const std::vector<timestamp>& tries, timestamp now) {
    for (const auto each : tries)
        if (each > now) return each;
    return std::nullopt;
}

} // namespace

TEST_CASE("a webhook that did not arrive comes again by Universign's schedule, however it counts",
          "[event]") {
    CHECK(event::shortest_retry_span == 48h);
    CHECK(event::retry_span == 80h + 36min);
    struct row {
        timestamp now;
        std::optional<timestamp> next;
    };
    for (const auto& [now, next] :
         {row{noon, noon + 1min}, row{noon + 59s, noon + 1min}, row{noon + 1min, noon + 6min},
          row{noon + 5min, noon + 30min}, row{noon + 6min, noon + 36min},
          row{noon + 36min, noon + 2h + 36min}, row{noon + 3h, noon + 8h + 36min}, row{noon + 7h, noon + 24h},
          row{noon + 9h, noon + 32h + 36min}, row{noon + 33h, noon + 80h + 36min},
          row{noon + 49h, noon + 80h + 36min}, row{noon + 80h + 36min, std::nullopt},
          row{noon + 2000h, std::nullopt}}) {
        CHECK(outlook(noon, now).next == next);
        CHECK(outlook(noon, now).last_from == noon + 48h);
        CHECK(outlook(noon, now).last == noon + 80h + 36min);
    }
    CHECK(outlook(noon, noon - 1h).next == noon + 1min); // a sender whose clock is ahead
}

TEST_CASE("no next try comes later than it is said to", "[event]") {
    for (auto now = noon; now < noon + 81h; now += 1min) {
        const auto told = outlook(noon, now);
        for (const auto& tries : possible_retries(noon)) {
            CAPTURE((now - noon).count());
            if (const auto next = first_after(tries, now)) CHECK(*next <= told.next.value_or(noon));
            CHECK(tries.back() >= told.last_from);
            CHECK(tries.back() <= told.last);
        }
    }
}

TEST_CASE("after a short outage all is tried again soon, after a long one some is given up", "[event]") {
    const auto after = [](auto length) { return outlook_of_outage(noon, noon + length); };
    CHECK(after(30s).tried_again_by == noon + 30s + 1min);
    CHECK(after(1min).tried_again_by == noon + 1min + 5min);
    CHECK(after(5min).tried_again_by == noon + 5min + 25min);
    CHECK(after(10min).tried_again_by == noon + 10min + 30min);
    CHECK(after(3h).tried_again_by == noon + 3h + 6h);
    CHECK(after(7h).tried_again_by == noon + 7h + 18h);
    CHECK(after(48h).tried_again_by == noon + 48h + 48h);
    for (const auto length : {10min, 2000min, 4000min}) {
        CHECK(after(length).last_from == noon + length + 48h);
        CHECK(after(length).last_try == noon + length + event::retry_span);
        CHECK(after(length).in_doubt_before.has_value() == (length >= 48h));
        CHECK_FALSE(after(length).given_up_before);
    }
    const auto long_one = after(100h);
    CHECK(long_one.in_doubt_before == noon + 52h);
    CHECK(long_one.given_up_before == noon + 100h - 80h - 36min);
    CHECK(long_one.tried_again_by == noon + 100h + 48h);
}

TEST_CASE("no event of an outage escapes what is said about it", "[event]") {
    for (const auto length : {0min, 3min, 40min, 600min, 3000min, 4836min, 9000min}) {
        const auto ended = noon + length;
        const auto told = outlook_of_outage(noon, ended);
        for (auto sent = noon; sent <= ended; sent += 1min) {
            const bool given_up = told.given_up_before && sent <= *told.given_up_before;
            const bool in_doubt = told.in_doubt_before && sent <= *told.in_doubt_before;
            bool lost_by_all = true, lost_by_any = false;
            CAPTURE(length.count(), (sent - noon).count());
            for (const auto& tries : possible_retries(sent)) {
                const auto next = first_after(tries, ended);
                (next ? lost_by_all : lost_by_any) = !next;
                CHECK(next.value_or(ended) <= told.tried_again_by);
                CHECK((!next || tries.back() <= told.last_try));
            }
            CHECK(given_up == lost_by_all);
            CHECK(in_doubt == lost_by_any);
        }
    }
}
