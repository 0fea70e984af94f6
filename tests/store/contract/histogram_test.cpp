#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

constexpr timestamp midnight = noon - 12h;

struct fixture : contract_fixture {
    void add(const std::string& id, timestamp at, const std::string& type = "action.opened",
             const std::string& endpoint = "production") {
        auto e = make_event(id);
        e.endpoint = endpoint;
        e.envelope.type = type;
        e.envelope.created = at;
        e.received = noon;
        keep(e);
    }
    std::vector<type_histogram> draw(histogram_search wanted) {
        auto drawn = kept->histogram(wanted);
        REQUIRE(drawn);
        return std::move(*drawn);
    }
    std::int64_t sum(const histogram_search& wanted) {
        std::int64_t all = 0;
        for (const auto& each : draw(wanted))
            for (const auto count : each.counts)
                all += count;
        return all;
    }
};

using counts = std::vector<std::int64_t>;
using histogram = std::vector<type_histogram>;
using names = std::vector<std::string>;

} // namespace

TEST_CASE("a histogram counts events by type and interval, empty intervals included", "[store][histogram]") {
    fixture f;
    f.add("evt_1", midnight);
    f.add("evt_2", midnight + 1h - 1us);
    f.add("evt_3", midnight + 1h);
    f.add("evt_4", midnight + 3h, "transaction.lifecycle.completed");
    f.add("evt_4", midnight + 3h, "transaction.lifecycle.completed"); // a duplicate
    f.add("evt_5", midnight + 4h);                                    // after the last interval
    f.add("evt_6", midnight - 1us);                                   // before the first
    for (const auto interval : {3600s, 1800s}) {
        const auto factor = static_cast<std::size_t>(3600s / interval);
        const auto drawn = f.draw({.begin = midnight, .interval = interval, .intervals = 4 * factor});
        REQUIRE(drawn.size() == 2);
        CHECK(drawn[0].type == "action.opened");
        REQUIRE(drawn[0].counts.size() == 4 * factor);
        REQUIRE(drawn[1].counts.size() == 4 * factor);
        if (factor == 1) {
            CHECK(drawn[0].counts == counts{2, 1, 0, 0});
            CHECK(drawn[1].counts == counts{0, 0, 0, 1});
        } else {
            CHECK(drawn[0].counts == counts{1, 1, 1, 0, 0, 0, 0, 0});
            CHECK(drawn[1].counts == counts{0, 0, 0, 0, 0, 0, 1, 0});
        }
    }
    CHECK(f.draw({.begin = midnight, .intervals = 0}).empty());
    CHECK(f.draw({.begin = noon + 24h, .intervals = 4}).empty());
}

TEST_CASE("a histogram excludes the ends of its period, wherever they are in an interval",
          "[store][histogram]") {
    fixture f;
    for (int i = 0; i < 72; ++i)
        f.add("evt_" + std::to_string(i), midnight + i * 1h + 30min);
    histogram_search days{.begin = midnight, .interval = 24h, .intervals = 3};
    CHECK(f.draw(days) == histogram{{"action.opened", {24, 24, 24}}});
    days.filter.after = midnight + 1h + 30min; // the instant of the second event
    CHECK(f.draw(days) == histogram{{"action.opened", {22, 24, 24}}});
    days.filter.before = midnight + 70h + 30min; // of the last but one
    CHECK(f.draw(days) == histogram{{"action.opened", {22, 24, 22}}});
    days.filter.before = midnight + 30h + 31min;
    CHECK(f.draw(days) == histogram{{"action.opened", {22, 7, 0}}});
    days.filter.after = days.filter.before;
    CHECK(f.draw(days).empty());
}

TEST_CASE("a histogram takes every filter of a search", "[store][histogram]") {
    fixture f;
    f.add("evt_1", midnight + 1h);
    f.add("evt_2", midnight + 2h, "action.closed");
    f.add("evt_3", midnight + 3h, "action.opened", "alpha");
    auto special = make_event("evt_4");
    special.envelope.created = midnight + 4h;
    special.envelope.type = "action.stalled";
    special.envelope.api_key = "apikey_a";
    special.envelope.transaction_id = "tx_4";
    special.envelope.state = "stalled";
    special.envelope.stalled_reason = "refusal";
    special.deliveries = {crm};
    f.keep(special);
    const std::vector<event_filter> filters{{},
                                            {.types = names{"action.opened"}},
                                            {.types = names{"action.opened"}, .endpoint = "alpha"},
                                            {.types = names{"never.seen"}},
                                            {.endpoint = "production"},
                                            {.endpoint = "nowhere"},
                                            {.api_key = "apikey_a"},
                                            {.transaction_id = "tx_4"},
                                            {.event_id = "evt_2"},
                                            {.text = "EVT_3"},
                                            {.state = "stalled"},
                                            {.stalled_reason = "refusal"},
                                            {.outcome = delivery_outcome::pending},
                                            {.outcome = delivery_outcome::none}};
    for (const auto& filter : filters) {
        histogram_search wanted{.filter = filter, .begin = midnight, .interval = 24h, .intervals = 2};
        const auto found = f.kept->count(filter);
        REQUIRE(found);
        CHECK(f.sum(wanted) == *found);
        wanted.interval = 60s;
        wanted.intervals = 24 * 60;
        CHECK(f.sum(wanted) == *found);
    }
}

TEST_CASE("what is kept counted goes with purged events and stays with erased ones", "[store][histogram]") {
    fixture f;
    for (int i = 0; i < 4; ++i)
        f.add("evt_" + std::to_string(i), midnight + i * 1h);
    const event_offset first[]{1, 2};
    REQUIRE(f.kept->purge(first, purge_scope::event, 1024 * 1024));
    const event_offset third[]{3};
    REQUIRE(f.kept->purge(third, purge_scope::payload, 1024 * 1024));
    f.erase({4});
    const histogram_search hours{.begin = midnight, .intervals = 4};
    CHECK(f.draw(hours) == histogram{{"action.opened", {0, 0, 1, 1}}});
    f.reopen();
    CHECK(f.draw(hours) == histogram{{"action.opened", {0, 0, 1, 1}}});
    const event_offset rest[]{3, 4};
    REQUIRE(f.kept->purge(rest, purge_scope::event, 1024 * 1024));
    CHECK(f.draw(hours).empty());
    f.add("evt_0", midnight); // purged, so it is new
    CHECK(f.draw(hours) == histogram{{"action.opened", {1, 0, 0, 0}}});
}

TEST_CASE("events from before 1970 and far ahead are counted too", "[store][histogram]") {
    fixture f;
    const timestamp epoch{};
    f.add("evt_1", epoch - 1us);
    f.add("evt_2", epoch - 24h);
    f.add("evt_3", epoch);
    CHECK(f.draw({.begin = epoch - 24h, .interval = 24h, .intervals = 2}) ==
          histogram{{"action.opened", {2, 1}}});
    CHECK(f.draw({.begin = epoch - 2h, .intervals = 3}) == histogram{{"action.opened", {0, 1, 1}}});
}

TEST_CASE("a histogram of what is not kept counted is ended when it takes too long", "[store][histogram]") {
    fixture f;
    std::vector<new_event> batch = make_events("evt_", 5000);
    for (auto& each : batch)
        each.envelope.created = noon;
    REQUIRE(f.kept->append(batch));
    const auto ended = f.kept->histogram(
        {.filter = {.text = "nothing like that"}, .begin = midnight, .intervals = 24, .timeout = 0ms});
    REQUIRE(ended.has_error());
    CHECK(ended.error().code == errc::query_timeout);
}
