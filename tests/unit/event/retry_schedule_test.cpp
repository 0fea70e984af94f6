#include <webhookd/event/retry_schedule.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using event::outlook;
using event::outlook_of_outage;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;

} // namespace

TEST_CASE("a webhook that did not arrive comes again by Universign's schedule", "[event]") {
    CHECK(event::retry_span == 80h + 36min);
    struct row {
        timestamp now;
        std::optional<timestamp> next;
    };
    for (const auto& [now, next] : {row{noon, noon + 1min}, row{noon + 59s, noon + 1min},
                                    row{noon + 1min, noon + 6min}, row{noon + 6min, noon + 36min},
                                    row{noon + 36min, noon + 2h + 36min}, row{noon + 3h, noon + 8h + 36min},
                                    row{noon + 9h, noon + 32h + 36min}, row{noon + 33h, noon + 80h + 36min},
                                    row{noon + 80h + 36min, std::nullopt}, row{noon + 2000h, std::nullopt}}) {
        CHECK(outlook(noon, now).next == next);
        CHECK(outlook(noon, now).last == noon + 80h + 36min);
    }
    CHECK(outlook(noon, noon - 1h).next == noon + 1min); // a sender whose clock is ahead
}

TEST_CASE("after a short outage all is tried again soon, after a long one some is given up", "[event]") {
    const auto after = [](auto length) { return outlook_of_outage(noon, noon + length); };
    CHECK(after(30s).tried_again_by == noon + 30s + 1min);
    CHECK(after(1min).tried_again_by == noon + 1min + 5min);
    CHECK(after(10min).tried_again_by == noon + 10min + 30min);
    CHECK(after(3h).tried_again_by == noon + 3h + 6h);
    CHECK(after(48h).tried_again_by == noon + 48h + 48h);
    for (const auto length : {10min, 4000min}) {
        CHECK(after(length).last_try == noon + length + event::retry_span);
        CHECK_FALSE(after(length).given_up_before);
    }
    const auto long_one = after(100h);
    CHECK(long_one.given_up_before == noon + 100h - 80h - 36min);
    CHECK(long_one.tried_again_by == noon + 100h + 48h);
}

TEST_CASE("no event of an outage escapes what is said about it", "[event]") {
    for (const auto length : {0min, 3min, 40min, 600min, 3000min, 4836min, 9000min}) {
        const auto ended = noon + length;
        const auto told = outlook_of_outage(noon, ended);
        for (auto sent = noon; sent <= ended; sent += 1min) {
            const auto next = outlook(sent, ended).next;
            const bool given_up = told.given_up_before && sent <= *told.given_up_before;
            CAPTURE(length.count(), (sent - noon).count());
            CHECK(next.has_value() == !given_up);
            CHECK(next.value_or(ended) <= told.tried_again_by);
            CHECK((given_up || outlook(sent, ended).last <= told.last_try));
        }
    }
}
