#include <webhookd/event/timeline.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using event::timeline_event;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;

/// Events a minute apart, named by their types, as `type` or `type@action`.
std::vector<timeline_event> tell(const std::vector<std::string>& events) {
    std::vector<timeline_event> timeline;
    for (const auto& each : events) {
        const auto at = each.find('@');
        const auto action = at == std::string::npos ? std::string("tx_1") : each.substr(at + 1);
        timeline.push_back({"evt_" + std::to_string(timeline.size()), each.substr(0, at), action,
                            noon + std::chrono::minutes(timeline.size())});
    }
    return timeline;
}

std::vector<std::string> gaps(const std::vector<timeline_event>& timeline) {
    std::vector<std::string> all;
    for (const auto& gap : event::find_gaps(timeline)) {
        all.push_back(std::string(gap.missing) + " by " + timeline[gap.evidence].id);
        if (!gap.action.empty()) all.back() += " of " + gap.action;
        CHECK(gap.sent == timeline[gap.evidence].at);
    }
    return all;
}

using names = std::vector<std::string>;
const std::string lifecycle = "transaction.lifecycle.";

} // namespace

TEST_CASE("a whole timeline has no gap, in whatever order it arrived", "[event]") {
    auto timeline = tell({lifecycle + "created", lifecycle + "started", "action.opened@act_1",
                          "action.reminder.sent@act_1", "action.closed@act_1", "action.opened@act_2",
                          "action.stalled@act_2", lifecycle + "paused", lifecycle + "completed"});
    CHECK(gaps(timeline).empty());
    std::reverse(timeline.begin(), timeline.end());
    CHECK(gaps(timeline).empty());
    CHECK(gaps({}).empty());
    CHECK(gaps(tell({lifecycle + "created"})).empty());
    CHECK(gaps(tell({"transaction.chat.message.received", "identity-validation.processed"})).empty());
}

TEST_CASE("an end or a pause proves the start, and all of them the creation", "[event]") {
    for (const std::string end : {"completed", "cancelled", "expired", "paused"}) {
        CHECK(gaps(tell({lifecycle + end})) ==
              names{lifecycle + "created by evt_0", lifecycle + "started by evt_0"});
        CHECK(gaps(tell({lifecycle + "created", lifecycle + end})) == names{lifecycle + "started by evt_1"});
        CHECK(gaps(tell({lifecycle + "started", lifecycle + end})) == names{lifecycle + "created by evt_0"});
    }
    // The earliest proof, each gap once.
    auto timeline = tell({lifecycle + "created", lifecycle + "paused", lifecycle + "completed"});
    std::reverse(timeline.begin(), timeline.end());
    CHECK(gaps(timeline) == names{lifecycle + "started by evt_1"});
}

TEST_CASE("what was done to an action proves that this very action was opened", "[event]") {
    for (const std::string done :
         {"action.closed", "action.stalled", "action.reminder.sent", "action.manualreminder.sent"}) {
        CHECK(gaps(tell({done + "@act_1"})) == names{"action.opened by evt_0 of act_1"});
        CHECK(gaps(tell({"action.opened@act_2", done + "@act_1"})) ==
              names{"action.opened by evt_1 of act_1"});
        CHECK(gaps(tell({"action.opened@act_1", done + "@act_1"})).empty());
    }
    CHECK(gaps(tell({"action.reminder.sent@act_1", "action.closed@act_1", "action.closed@act_2"})) ==
          names{"action.opened by evt_0 of act_1", "action.opened by evt_2 of act_2"});
    // Where an event does not name its action, nothing is proven that another may explain.
    CHECK(gaps(tell({"action.opened", "action.closed@act_1"})).empty());
    CHECK(gaps(tell({"action.opened@act_1", "action.closed"})).empty());
    CHECK(gaps(tell({"action.closed"})) == names{"action.opened by evt_0"});
}

TEST_CASE("a started transaction must have ended when its duration is over", "[event]") {
    const auto timeline = tell({lifecycle + "created", lifecycle + "started", "action.opened@act_1"});
    const auto open = event::started_without_end(timeline);
    REQUIRE(open == 1u);
    const auto end = noon + 1min + 60min;
    CHECK_FALSE(event::missing_end(timeline, *open, 60min, end));
    const auto gap = event::missing_end(timeline, *open, 60min, end + 1s);
    REQUIRE(gap);
    CHECK(gap->missing == lifecycle + "expired");
    CHECK(gap->evidence == 1);
    CHECK(gap->sent == end);
    CHECK_FALSE(event::missing_end(timeline, *open, 0min, end + 1s));

    for (const std::string end_or_pause : {"completed", "cancelled", "expired", "paused"})
        CHECK_FALSE(event::started_without_end(tell({lifecycle + "started", lifecycle + end_or_pause})));
    CHECK_FALSE(event::started_without_end(tell({lifecycle + "created"})));
}

TEST_CASE("a transaction that is started again lacks neither a second start nor anything for `closed`",
          "[event]") {
    CHECK(
        gaps(tell({lifecycle + "created", lifecycle + "started", lifecycle + "paused", lifecycle + "started",
                   "action.opened@act_1", "action.closed@act_1", lifecycle + "completed"}))
            .empty());
    // Whether a restart has an event of its own is an assumption, so that none is missing.
    CHECK(gaps(tell({lifecycle + "created", lifecycle + "started", lifecycle + "paused",
                     lifecycle + "completed"}))
              .empty());
    CHECK(gaps(tell({lifecycle + "created", lifecycle + "started", lifecycle + "started"})).empty());
    CHECK(gaps(tell({lifecycle + "paused", lifecycle + "started"})) == names{lifecycle + "created by evt_0"});
}

TEST_CASE("a start after a pause counts the duration anew", "[event]") {
    const auto started = lifecycle + "started", paused = lifecycle + "paused";
    auto timeline = tell({lifecycle + "created", started, paused, started});
    CHECK(event::started_without_end(timeline) == 3u);
    CHECK(event::missing_end(timeline, 3, 60min, noon + 63min + 1s)->sent == noon + 63min);
    std::reverse(timeline.begin(), timeline.end());
    CHECK(event::started_without_end(timeline) == 0u);
    CHECK(event::started_without_end(tell({started, started})) == 1u); // the pause may be lost

    CHECK_FALSE(event::started_without_end(tell({started, paused, started, paused})));
    CHECK_FALSE(event::started_without_end(tell({started, paused, started, lifecycle + "expired"})));
    CHECK_FALSE(event::started_without_end(tell({started, lifecycle + "cancelled", started})));
    auto at_once = tell({started, paused, started});
    at_once[2].at = at_once[1].at; // which of them came first?
    CHECK_FALSE(event::started_without_end(at_once));
}

TEST_CASE("a transaction's body tells when it was created and how long it may take", "[event]") {
    const auto read = [](std::string_view object) {
        const auto body = "{\"payload\":{\"object\":" + std::string(object) + "}}";
        return event::read_dates(event::document::parse(body).value());
    };
    const auto dates = read(R"({"created_at":"2026-01-02T12:00:00Z","duration":20160})");
    CHECK(dates.created == noon);
    CHECK(dates.duration == std::chrono::minutes(20160));
    for (const auto* same :
         {R"({"created_at":"2026-01-02T12:00:00.000Z"})", R"({"created_at":"2026-01-02T13:00:00+01:00"})",
          R"({"created_at":1767355200})", R"({"created_at":1767355200000})"})
        CHECK(read(same).created == noon);
    for (const auto* odd :
         {"{}", "[]", "null", R"({"created_at":-1,"duration":"1"})", R"({"created_at":"soon","duration":0})",
          R"({"duration":-5})", R"({"duration":9000000000000000000})", R"({"duration":1.5})"}) {
        CHECK_FALSE(read(odd).created);
        CHECK_FALSE(read(odd).duration);
    }
    CHECK_FALSE(event::read_dates(event::document::parse("{}").value()).created);
}

TEST_CASE("the types that a timeline needs are documented ones, evidence first", "[event]") {
    const auto all = event::timeline_types();
    const auto evident = event::evidence_types();
    CHECK(std::equal(evident.begin(), evident.end(), all.begin()));
    for (const auto type : all) {
        const auto alone = gaps(tell({std::string(type)}));
        const bool evidence = std::find(evident.begin(), evident.end(), type) != evident.end();
        CHECK(alone.empty() == !evidence);
    }
}
