#include <webhookd/event/timeline.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using event::arrival_mark;
using event::expected_event;
using event::timeline_event;

namespace {

const timestamp start = std::chrono::sys_days(std::chrono::March / 2 / 2026);
const std::string lifecycle = "transaction.lifecycle.";

/// `TYPE` of the transaction, or `TYPE ACTION`, one minute after the other.
std::vector<timeline_event> timeline(const std::vector<std::string>& lines) {
    std::vector<timeline_event> all;
    for (const auto& line : lines) {
        const auto blank = line.find(' ');
        const auto action = blank == std::string::npos ? std::string("tx_1") : line.substr(blank + 1);
        const auto type = line.substr(0, blank);
        const auto name = type.starts_with("action.") ? type : lifecycle + type;
        all.push_back({"evt", name, action, start + std::chrono::minutes(all.size())});
    }
    return all;
}

/// `TYPE ACTION BY`, what is not there left out; the deadline in minutes from the first event.
std::vector<std::string> next(const std::vector<std::string>& lines,
                              std::optional<std::chrono::minutes> duration = std::nullopt) {
    std::vector<std::string> told;
    for (const auto& each : event::expect_next(timeline(lines), duration, start + 1h)) {
        auto line = std::string(each.type);
        if (!each.action.empty()) line += ' ' + each.action;
        if (each.by) line += " by " + std::to_string((*each.by - start) / 1min);
        told.push_back(line);
    }
    return told;
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("what arrives late or after a later one is marked", "[event]") {
    const std::vector<event::arrival> events{
        {start, start + 1s},
        {start + 10s, start + 10min},     // late, and overtaken by the next
        {start + 20s, start + 20s + 45s}, // timely to the microsecond
        {start + 20s, start + 20s + 45s + 1us},
        {start + 1h, start + 59min}, // a clock that is behind is no reason to complain
    };
    const std::vector<arrival_mark> expected{
        {std::nullopt, std::nullopt, false}, {10s, 9min + 50s, true},
        {10s, std::nullopt, false},          {0s, 45s + 1us, false},
        {1h - 20s, std::nullopt, false},
    };
    CHECK(event::mark_arrivals(events) == expected);
    CHECK(event::mark_arrivals({}).empty());
}

TEST_CASE("the next event follows from the last stage and the open actions", "[event]") {
    CHECK(next({}) == lines{});
    CHECK(next({"created"}) == lines{lifecycle + "started"});
    CHECK(next({"created", "started"}) == lines{lifecycle + "completed"});
    CHECK(next({"created", "started", "action.opened act_1", "action.opened act_2", "action.closed act_2"}) ==
          lines{"action.closed act_1", lifecycle + "completed"});
    CHECK(next({"started", "action.opened act_1", "action.stalled act_1"}) == lines{lifecycle + "completed"});
    CHECK(next({"started", "action.opened act_1", "paused"}) == lines{lifecycle + "started"});
    CHECK(next({"started", "paused", "started"}) == lines{lifecycle + "completed"});
    for (const std::string end : {"completed", "cancelled", "expired"})
        CHECK(next({"started", "action.opened act_1", end}) == lines{});
    // The events before them are missing or will come: what is there tells enough.
    CHECK(next({"action.opened act_1"}) == lines{"action.closed act_1", lifecycle + "completed"});
    CHECK(next({"created", "action.opened act_1"}) == lines{"action.closed act_1", lifecycle + "completed"});
    CHECK(next({"action.closed act_1"}) == lines{});
}

TEST_CASE("a deadline that is known is told, and nothing is expected after it", "[event]") {
    CHECK(next({"created", "started"}, 2h) == lines{lifecycle + "completed by 121"});
    CHECK(next({"created", "started"}, 10min) == lines{});
    CHECK(next({"created"}, 10min) == lines{lifecycle + "started"});
}
