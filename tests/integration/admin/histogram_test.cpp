#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/text.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using test::ask;
using test::contains;
using test::daemon_fixture;
using test::keep;

namespace {

using counts = std::vector<int>;

counts counts_of(const rapidjson::Value& histogram, const std::string& key) {
    counts all;
    for (const auto& series : histogram["series"].GetArray()) {
        if (series["key"].GetString() != key) continue;
        int sum = 0;
        for (const auto& each : series["counts"].GetArray()) {
            all.push_back(each.GetInt());
            sum += each.GetInt();
        }
        CHECK(series["events"].GetInt() == sum);
    }
    return all;
}

std::string first_start(const rapidjson::Value& histogram) {
    REQUIRE(!histogram["starts"].Empty());
    return histogram["starts"][0].GetString();
}

/// Events of March 2026, and what is asked about them.
struct world {
    world() {
        add("transaction.lifecycle.started", 1, "2026-03-02T09:10:00Z");
        add("action.opened", 2, "2026-03-02T09:59:59.999Z");
        add("action.closed", 3, "2026-03-02T11:00:00Z");
        add("brand.new", 4, "2026-03-03T00:00:00Z");
        add("action.opened", 5, "2026-03-08T23:59:00Z");
    }
    void add(const std::string& type, std::uint64_t seed, const std::string& created) {
        keep(daemon, type == "brand.new" ? "apikey.created" : type, seed,
             {{"/createdAt", created}, {"/type", type}});
    }
    rapidjson::Document draw(const std::string& query) {
        return ask(daemon, "/v1/events/histogram?" + query);
    }

    daemon_fixture daemon;
};

} // namespace

TEST_CASE("a histogram counts by interval and resource, empty intervals included", "[admin][histogram]") {
    world w;
    const auto hours = w.draw("created_gt=2026-03-02T09:00:00Z&created_lt=2026-03-02T12:00:00Z&interval=1h");
    CHECK(hours["interval_seconds"].GetInt() == 3600);
    REQUIRE(hours["starts"].Size() == 3);
    CHECK(first_start(hours) == "2026-03-02T09:00:00.000Z");
    REQUIRE(hours["series"].Size() == 6);
    CHECK(counts_of(hours, "transaction") == counts{1, 0, 0});
    CHECK(counts_of(hours, "action") == counts{1, 0, 1});
    CHECK(counts_of(hours, "other") == counts{0, 0, 0});

    const auto days =
        w.draw("created_gt=2026-03-02T09:59:59.999Z&created_lt=2026-03-08T23:59:00Z&interval=1d");
    CHECK(counts_of(days, "transaction") == counts{0, 0, 0, 0, 0, 0, 0});
    CHECK(counts_of(days, "action") == counts{1, 0, 0, 0, 0, 0, 0});
    CHECK(counts_of(days, "other") == counts{0, 1, 0, 0, 0, 0, 0});

    const auto weeks = w.draw("created_gt=2026-03-04&created_lt=2026-03-10&interval=7d");
    CHECK(first_start(weeks) == "2026-03-02T00:00:00.000Z"); // a Monday
    CHECK(counts_of(weeks, "action") == counts{1, 0});
}

TEST_CASE("a histogram takes the filters of the list", "[admin][histogram]") {
    world w;
    const std::string period = "created_gt=2026-03-01&created_lt=2026-03-10&interval=7d&";
    for (const auto& [filter, action] :
         std::vector<std::pair<std::string, counts>>{{"type=action", {0, 3, 0}},
                                                     {"type=action.opened", {0, 2, 0}},
                                                     {"type=transaction", {0, 0, 0}},
                                                     {"endpoint=production", {0, 3, 0}},
                                                     {"endpoint=elsewhere", {0, 0, 0}},
                                                     {"outcome=failed", {0, 0, 0}},
                                                     {"q=nothing%20like%20that", {0, 0, 0}}}) {
        INFO(filter);
        CHECK(counts_of(w.draw(period + filter), "action") == action);
    }
}

TEST_CASE("without an interval and a period a histogram chooses them", "[admin][histogram]") {
    world w;
    CHECK(w.draw("created_gt=2026-03-02T09:00:00Z&created_lt=2026-03-02T10:00:00Z")["interval_seconds"]
              .GetInt() == 60);
    CHECK(w.draw("created_gt=2026-03-01&created_lt=2026-03-08")["interval_seconds"].GetInt() == 6 * 3600);
    CHECK(w.draw("created_gt=2012-01-01&created_lt=2026-01-01&interval=7d")["starts"].Size() > 100);
    CHECK(w.draw("")["starts"].Size() == 100);
    CHECK(w.draw("created_lt=2026-03-03&interval=1d")["starts"].Size() == 100);
    CHECK(w.draw("created_gt=2026-03-03&created_lt=2026-03-02")["starts"].Empty());
    const auto until_now = w.draw("created_gt=2026-03-02&interval=7d");
    CHECK(counts_of(until_now, "action").at(0) == 3);
}

TEST_CASE("too many intervals are refused with the way out", "[admin][histogram]") {
    world w;
    const auto refused = [&](const std::string& query) {
        const auto answer = w.daemon.get("/v1/events/histogram?" + query);
        CHECK(answer.status == 400);
        return answer.body;
    };
    CHECK(contains(refused("created_gt=2026-03-01&created_lt=2026-04-01&interval=1m"),
                   "into 44640 intervals, and at most 1000 are counted: take a longer one"));
    CHECK(w.draw("created_gt=2026-03-01&created_lt=2026-04-01&interval=1h")["starts"].Size() <= 745);
    CHECK(contains(refused("interval=2h"), "'interval' is 1m, 5m, 15m, 1h, 6h, 1d or 7d"));
    CHECK(contains(refused("limit=1"), "limit"));
}

TEST_CASE("an operator sees when events came as bars", "[cli][histogram]") {
    world w;
    const auto chart = test::run_at(w.daemon.admin_port(), {"events", "histogram", "--after", "2026-03-01",
                                                            "--before", "2026-03-09", "--interval", "1d"});
    CHECK(chart.code == 0);
    CHECK(chart.out.starts_with("begin              events"));
    CHECK(contains(chart.out, "2026-03-02T00:00Z  3       ████"));
    CHECK(contains(chart.out, "2026-03-04T00:00Z  0"));
    CHECK(contains(chart.out, "\nBY RESOURCE\n"));
    CHECK(contains(chart.out, "action               3\n"));
    const auto json = test::parse(
        test::run_at(w.daemon.admin_port(), {"events", "histogram", "--json", "--since", "24h"}).out);
    CHECK(json["object"].GetString() == std::string("histogram"));
    CHECK(test::run_at(w.daemon.admin_port(), {"events", "histogram", "--interval", "2h"}).code == 64);
    CHECK(test::run_at(w.daemon.admin_port(),
                       {"events", "histogram", "--after", "2026-03-01", "--interval", "1m"})
              .code == 65);
}
