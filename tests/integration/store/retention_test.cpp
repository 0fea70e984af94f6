#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/scrape.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::ask;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::keep;
using test::wait_for_condition;

namespace {

daemon_setup keeping(const std::string& retention) {
    daemon_setup setup;
    setup.storage = "  retention: " + retention + "\n";
    return setup;
}

/// Stops the daemon, makes all it has older, and starts it again.
void age(daemon_fixture& daemon, std::chrono::seconds by) {
    REQUIRE(daemon.terminate() == 0);
    test::age_events(daemon.database(), by);
    daemon.start();
}

std::int64_t received(daemon_fixture& daemon, const std::string& type) {
    const auto types = ask(daemon, "/v1/event-types");
    for (const auto& each : types["data"].GetArray())
        if (each["type"].GetString() == type) return each["received"].GetInt64();
    return -1;
}

} // namespace

TEST_CASE("bodies go when they are old enough, and every answer says so", "[retention]") {
    daemon_fixture daemon(keeping("{ events: 400d, payloads: 90d }"));
    const auto old = keep(daemon, "transaction.lifecycle.completed", 1);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    CHECK_FALSE(ask(daemon, "/v1/events/" + old)["payload_purged"].GetBool());
    const auto report = daemon.get("/v1/events/report").body;
    age(daemon, 24h * 91);
    const auto fresh = keep(daemon, "action.opened", 2);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/events/" + old)["payload_purged"].GetBool(); }));
    CHECK(daemon.says(R"("what is too old was purged","events":0,"payloads":1)"));

    const auto e = ask(daemon, "/v1/events/" + old);
    for (const char* gone : {"response", "raw_body", "signature", "erased"}) {
        INFO(gone);
        CHECK(e[gone].IsNull());
    }
    CHECK(e["type"].GetString() == std::string("transaction.lifecycle.completed"));
    CHECK(e["deliveries"].Size() == 1);
    CHECK_FALSE(ask(daemon, "/v1/events/" + fresh)["payload_purged"].GetBool());
    CHECK(received(daemon, "transaction.lifecycle.completed") == 1);
    CHECK(daemon.get("/v1/events/report").body == report);

    const auto lines = daemon.get("/v1/events.ndjson?payload=true").body;
    CHECK(contains(lines, R"("raw_body":null,"signature":null,"key_id":null,"payload_purged":true)"));
    CHECK(contains(lines, R"("payload_purged":false)"));

    test::http_connection admin(daemon.admin_port());
    const auto refused = admin.exchange("POST", "/v1/events/" + old + "/replay");
    CHECK(refused.status == 409);
    CHECK(contains(refused.body, "its body was purged"));
    CHECK(ask(daemon, "/v1/events/replay", "POST")["without_body"].GetInt64() == 1);
    const auto shown = test::run_at(daemon.admin_port(), {"events", "show", old});
    CHECK(contains(shown.out, "RESPONSE\npurged: it is no longer kept"));
    const auto verified = test::run_at(daemon.admin_port(), {"events", "show", old, "--verify"});
    CHECK(verified.code == 65);
    CHECK(contains(verified.err, "no longer kept"));
    // Sent again it is still known.
    CHECK(contains(daemon.post(test::sample("transaction.lifecycle.completed", 1)).body, "duplicate"));
}

TEST_CASE("a reload brings other ages, and old events go with all that belongs to them", "[retention]") {
    daemon_fixture daemon(keeping("{ events: forever, payloads: forever }"));
    keep(daemon, "transaction.lifecycle.completed", 1);
    keep(daemon, "action.opened", 2);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));
    const auto report = daemon.get("/v1/events/report").body;
    age(daemon, 24h * 3000);
    keep(daemon, "action.opened", 3);
    CHECK(ask(daemon, "/v1/events/count")["events"].GetInt64() == 3);

    auto text = test::read_text(daemon.config_file());
    const std::string before = "events: forever";
    test::write_text(daemon.config_file(), text.replace(text.find(before), before.size(), "events: 400d"));
    daemon.running().signal(SIGHUP);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/events/count")["events"].GetInt64() == 1; }));
    CHECK(daemon.says(R"("what is too old was purged","events":2,"payloads":0)"));
    const test::scrape metrics(daemon);
    CHECK(metrics["webhookd_store_purged_events_total"] == 2);
    CHECK(metrics["webhookd_store_purged_payloads_total"] == 0);
    CHECK_FALSE(contains(daemon.stderr_text(), "needs a restart"));
    CHECK(ask(daemon, "/v1/events")["data"].Size() == 1);
    CHECK(ask(daemon, "/v1/deliveries")["data"].Size() == 1);
    // What was ever received stays counted.
    CHECK(received(daemon, "action.opened") == 2);
    CHECK(daemon.get("/v1/events/report").body == report);
}

TEST_CASE("what still waits to be delivered keeps its body, however old it is", "[retention]") {
    auto setup = keeping("{ events: 30d, payloads: 10d }");
    setup.handlers = "  audit: { type: log }\n"
                     "  crm: { type: shell, command: \"exit 1\", retry: { initial: 1h, jitter: none } }\n";
    setup.routes = "  - { name: crm, match: action.opened, handlers: [crm], final: true }\n"
                   "  - { name: all, match: \"*\", handlers: [audit] }\n";
    daemon_fixture daemon(setup);
    const auto waits = keep(daemon, "action.opened", 1);
    const auto done = keep(daemon, "apikey.created", 2);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/deliveries/1")["attempts"].GetInt64() == 1; }));
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    age(daemon, 24h * 60);
    // Looked at after the one that waits.
    REQUIRE(wait_for_condition([&] { return daemon.get("/v1/events/" + done).status == 404; }));
    const auto e = ask(daemon, "/v1/events/" + waits);
    CHECK_FALSE(e["payload_purged"].GetBool());
    CHECK(e["deliveries"][0]["state"].GetString() == std::string("pending"));
}

TEST_CASE("a captured body that is sent again after its event was purged is stale, and runs nothing",
          "[retention]") {
    daemon_fixture daemon(keeping("{ events: 30d, payloads: 10d }"));
    const test::changes old{{"/createdAt", "2024-01-01T00:00:00Z"}};
    const auto captured = test::sample("action.opened", 1, old);
    // A store that has purged nothing knows all that it ever kept, and takes old events as well.
    CHECK(contains(daemon.post(captured).body, "accepted"));
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    CHECK(contains(daemon.post(captured).body, "duplicate"));
    age(daemon, 24h * 60);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/events/count")["events"].GetInt64() == 0; }));
    for (int start = 0; start < 2; ++start) {
        const auto answer = daemon.post(captured);
        CHECK(answer.status == 200);
        CHECK(contains(answer.body, R"("status":"stale")"));
        CHECK(ask(daemon, "/v1/events/count")["events"].GetInt64() == 0);
        CHECK(count_deliveries(daemon, "") == 0);
        daemon.restart(); // it knows afterwards, too
    }
    const auto now =
        to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
    CHECK(contains(daemon.post(test::sample("action.opened", 2, {{"/createdAt", now}})).body, "accepted"));
}

TEST_CASE("events are purged by hand, by whom it is said", "[retention][cli]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1, {{"/createdAt", "2024-01-01T00:00:00Z"}});
    keep(daemon, "action.opened", 2, {{"/createdAt", "2025-01-01T00:00:00Z"}});
    keep(daemon, "action.opened", 3, {{"/createdAt", "2026-01-01T00:00:00Z"}});
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 3; }));
    const int port = daemon.admin_port();
    const auto purge = [&](std::vector<std::string> more) {
        std::vector<std::string> call{"events", "purge", "--before", "2025-06-01T00:00:00Z"};
        call.insert(call.end(), more.begin(), more.end());
        return test::run_at(port, std::move(call));
    };
    CHECK(purge({"--dry-run"}).out == "2 events would be purged\n");
    const auto unsure = purge({});
    CHECK(unsure.code == 64);
    CHECK(contains(unsure.err, "--yes"));
    CHECK(ask(daemon, "/v1/events/count")["events"].GetInt64() == 3);
    CHECK(purge({"--yes"}).out == "2 events purged\n");
    CHECK(ask(daemon, "/v1/events/count")["events"].GetInt64() == 1);
    CHECK(daemon.says(R"("events are purged by hand","by":"local","events":2)"));

    test::http_connection admin(port);
    CHECK(admin.exchange("POST", "/v1/events/purge").status == 400);
    CHECK(admin.exchange("POST", "/v1/events/purge?created_lt=soon").status == 400);
    const auto paged = ask(daemon, "/v1/events/purge?created_lt=2027-01-01&limit=1", "POST");
    CHECK(paged["events"].GetInt64() == 1);
    CHECK(paged["has_more"].GetBool());
}
