#include "support/admin_api.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace webhookd;
using test::ask;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::http_answer;
using test::keep;
using test::wait_for_condition;

namespace {

/// Its handlers fail for good: `one` for two causes, `two` for one.
daemon_setup failing() {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops;
    setup.handlers = "  one: { type: shell, command: 'exit 3', retry: { max_attempts: 1 } }\n"
                     "  two: { type: shell, command: 'exit 4', retry: { max_attempts: 1 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [one, two] }\n";
    return setup;
}

struct world {
    world() {
        for (std::uint64_t seed = 1; seed <= 3; ++seed)
            keep(daemon, "action.opened", seed);
        REQUIRE(wait_for_condition([&] { return failed() == 6; }));
    }
    http_answer call(const std::string& method, const std::string& target, const std::string& body = {},
                     const std::string& token = "viewer") {
        test::http_connection connection(daemon.admin_port());
        return connection.exchange(
            method, target, {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
            body);
    }
    rapidjson::Document get(const std::string& target) {
        const auto answer = call("GET", target);
        REQUIRE(answer.status == 200);
        rapidjson::Document parsed;
        parsed.Parse(answer.body.c_str());
        REQUIRE(parsed.IsObject());
        return parsed;
    }
    std::size_t failed() { return get("/v1/deliveries?state=failed")["data"].Size(); }

    daemon_fixture daemon{failing()};
};

const std::string reason = R"({"reason":"Mme Dupont a signé sur papier"})";
const std::string cause = "exit%20code%203;%20that%20was%20the%20last%20attempt";

} // namespace

TEST_CASE("failures are grouped by handler and cause, and a whole group is discarded with a reason",
          "[admin][failures]") {
    world w;
    const auto groups = w.get("/v1/deliveries/groups?state=failed");
    REQUIRE(groups["data"].Size() == 2);
    const auto& first = groups["data"][0];
    CHECK(first["object"].GetString() == std::string("delivery_group"));
    CHECK(first["deliveries"].GetInt() == 3);
    CHECK(first["sample"]["state"].GetString() == std::string("failed"));
    CHECK(w.get("/v1/deliveries/groups?handler=two")["data"].Size() == 1);
    const auto bounded = w.get("/v1/deliveries/groups?limit=1");
    CHECK(bounded["data"].Size() == 1);
    CHECK(bounded["has_more"].GetBool());

    const auto done =
        w.call("POST", "/v1/deliveries/discard?state=failed&handler=one&cause=" + cause, reason);
    CHECK(done.status == 200);
    CHECK(done.body == "{\"discarded\":3}\n");
    CHECK(w.failed() == 3);
    CHECK(w.get("/v1/deliveries/groups")["data"].Size() == 1);
    CHECK(contains(w.call("GET", "/metrics").body, "webhookd_deliveries_failed 3\n"));
    const auto list = w.get("/v1/deliveries?state=discarded");
    REQUIRE(list["data"].Size() == 3);
    const auto id = std::to_string(list["data"][0]["id"].GetInt());
    const auto one = w.get("/v1/deliveries/" + id);
    REQUIRE(one["discards"].Size() == 1);
    CHECK(one["discards"][0]["by"].GetString() == std::string("viewer"));
    CHECK(one["discards"][0]["reason"].GetString() == std::string("Mme Dupont a signé sur papier"));
    CHECK(one["history"].Size() == 1);

    CHECK(w.daemon.says("failed deliveries are discarded by hand"));
    CHECK(!contains(w.daemon.stderr_text(), "Dupont"));
    w.daemon.restart();
    CHECK(w.get("/v1/deliveries?state=discarded")["data"].Size() == 3);
}

TEST_CASE("what has not failed cannot be discarded, and nothing without a reason", "[admin][failures]") {
    world w;
    CHECK(w.call("POST", "/v1/deliveries/1/discard", reason).status == 200);
    const auto again = w.call("POST", "/v1/deliveries/1/discard", reason);
    CHECK(again.status == 409);
    CHECK(contains(again.body, "it is discarded"));
    CHECK(w.call("POST", "/v1/deliveries/99/discard", reason).status == 404);
    CHECK(w.call("POST", "/v1/deliveries/2/discard", reason, "nobody").status == 401);
    const auto bodies = {std::string(),
                         std::string(R"({"reason":""})"),
                         std::string(R"({"reason":" "})"),
                         std::string(R"({"reason":7})"),
                         std::string(R"({"reason":"a","more":1})"),
                         R"({"reason":")" + std::string(501, 'a') + R"("})"};
    for (const auto& body : bodies) {
        const auto refused = w.call("POST", "/v1/deliveries/2/discard", body);
        CHECK(refused.status == 400);
        CHECK(contains(refused.body, "reason"));
    }
    CHECK(w.call("POST", "/v1/deliveries/discard", reason).status == 400);
    CHECK(w.call("POST", "/v1/deliveries/discard?handler=one&state=pending", reason).status == 400);
    CHECK(w.call("POST", "/v1/deliveries/discard?handler=nobody", reason).body == "{\"discarded\":0}\n");
    CHECK(w.failed() == 5);
}

TEST_CASE("deliveries are listed by when they were planned, and an instant that is none is named",
          "[admin][failures]") {
    world w;
    CHECK(w.get("/v1/deliveries?created_gt=2001-01-01")["data"].Size() == 6);
    CHECK(w.get("/v1/deliveries?created_gt=2001-01-01&state=failed&handler=one&cause=" + cause)["data"]
              .Size() == 3);
    CHECK(w.get("/v1/deliveries?created_lt=2001-01-01T00:00:00%2B02:00")["data"].Empty());
    const auto first = w.get("/v1/deliveries?created_gt=2001-01-01&limit=4");
    REQUIRE(first["has_more"].GetBool());
    CHECK(w.get("/v1/deliveries?created_gt=2001-01-01&limit=4&cursor=" +
                std::string(first["next_cursor"].GetString()))["data"]
              .Size() == 2);
    const auto refused = w.call("GET", "/v1/deliveries?created_lt=yesterday");
    CHECK(refused.status == 400);
    CHECK(contains(refused.body, "'created_lt' is an instant"));
    CHECK(w.call("GET", "/v1/deliveries/groups?created_gt=2001-01-01").status == 400);
}

TEST_CASE("those with one cause are retried, and a discarded one by its number alone", "[admin][failures]") {
    world w;
    CHECK(w.call("POST", "/v1/deliveries/1/discard", reason).status == 200);
    CHECK(w.call("POST", "/v1/deliveries/retry?handler=one&cause=another").body == "{\"retried\":0}\n");
    CHECK(w.call("POST", "/v1/deliveries/retry?handler=one&cause=").body == "{\"retried\":0}\n");
    CHECK(w.call("POST", "/v1/deliveries/retry?handler=one&cause=" + cause).body == "{\"retried\":2}\n");
    REQUIRE(wait_for_condition([&] { return w.failed() == 5; }));
    CHECK(w.call("POST", "/v1/deliveries/1/retry").body == "{\"retried\":1}\n");
    REQUIRE(wait_for_condition([&] { return w.failed() == 6; }));
    CHECK(w.get("/v1/deliveries/1")["discards"].Size() == 1);
    CHECK(w.get("/v1/deliveries/1")["history"].Size() == 2);
}

TEST_CASE("events are listed with their deliveries' counts, and found by what these came to",
          "[admin][failures]") {
    world w;
    CHECK(w.call("POST", "/v1/deliveries/1/discard", reason).status == 200);
    const auto list = w.get("/v1/events?include=deliveries&outcome=discarded");
    REQUIRE(list["data"].Size() == 1);
    const auto& counts = list["data"][0]["deliveries"];
    CHECK(counts["pending"].GetInt() == 0);
    CHECK(counts["successful"].GetInt() == 0);
    CHECK(counts["failed"].GetInt() == 1);
    CHECK(counts["discarded"].GetInt() == 1);
    CHECK(!w.get("/v1/events")["data"][0].HasMember("deliveries"));
    for (const auto& [query, events] :
         {std::pair("outcome=failed", 3), {"outcome=none", 0}, {"state=lost", 0}, {"state=open", 3}})
        CHECK(w.get(std::string("/v1/events/count?") + query)["events"].GetInt() == events);
    CHECK(w.call("GET", "/v1/events?outcome=lost").status == 400);
    CHECK(w.call("GET", "/v1/events?include=bodies").status == 400);
    const auto csv = w.call("GET", "/v1/events.csv?outcome=discarded").body;
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 2);
}
