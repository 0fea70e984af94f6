#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/free_port.hpp"
#include "support/scripted_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::ask;
using test::contains;
using test::daemon_fixture;
using test::run_at;
using test::wait_for_condition;

namespace {

const std::string lifecycle = "transaction.lifecycle.";

timestamp now() {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}

/// Events of the transaction that began so long ago.
void send(daemon_fixture& daemon, std::uint64_t seed, std::chrono::hours ago,
          const std::vector<std::string>& types) {
    for (const auto& type : types)
        REQUIRE(
            daemon.post(event::make_sample(type, {.seed = seed, .started = now() - ago}).value()).status ==
            200);
}

/// A transaction of every kind of end, whole: from then on the endpoint is known to be registered.
void send_whole_ones(daemon_fixture& daemon) {
    for (std::uint64_t seed = 1; const std::string end : {"completed", "expired", "cancelled"})
        send(daemon, seed++, 24h * 60,
             {lifecycle + "created", lifecycle + "started", "action.opened", "action.reminder.sent",
              "action.closed", lifecycle + end});
}

std::string text(const rapidjson::Value& row, const char* member) {
    return row[member].IsString() ? row[member].GetString() : "";
}

} // namespace

TEST_CASE("missing events of transactions are found, each once, with what proves them", "[admin][gaps]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    CHECK(run_at(port, {"events", "gaps", "--grace", "0s"}).out == "none\n");
    send_whole_ones(daemon);
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Empty());

    send(daemon, 10, 52h, {lifecycle + "created", "action.opened", "action.closed", lifecycle + "completed"});
    send(daemon, 11, 24h * 30,
         {lifecycle + "created", lifecycle + "started", "action.reminder.sent", "action.closed"});
    const auto page = ask(daemon, "/v1/events/gaps?grace=0");
    std::vector<std::string> missing;
    for (const auto& each : page["data"].GetArray())
        missing.push_back(text(each, "missing") + " by " + text(each, "evidence_type") + ", retries " +
                          text(each, "retries"));
    CHECK(missing == std::vector<std::string>{
                         lifecycle + "started by " + lifecycle + "completed, retries expected",
                         "action.opened by action.reminder.sent, retries over",
                         lifecycle + "expired by " + lifecycle + "started, retries over",
                     });
    CHECK_FALSE(page["has_more"].GetBool());
    CHECK(text(page["data"][0], "evidence").starts_with("evt_"));
    CHECK(text(page["data"][0], "transaction_id").starts_with("tx_"));
    CHECK(text(page["data"][1], "action_id").starts_with("act_"));
    CHECK(page["data"][1]["next_try"].IsNull());

    // What arrived a moment ago proves nothing yet.
    CHECK(ask(daemon, "/v1/events/gaps")["data"].Empty());
    CHECK(ask(daemon, "/v1/events/gaps?grace=0&endpoint=elsewhere")["data"].Empty());
    const auto recent = to_rfc3339(now() - 24h * 7);
    CHECK(ask(daemon, "/v1/events/gaps?grace=0&created_gt=" + recent)["data"].Size() == 1);
    CHECK(ask(daemon, "/v1/events/gaps?grace=0&created_lt=" + recent)["data"].Size() == 2);

    // Out of order is no gap.
    send(daemon, 10, 52h, {lifecycle + "started"});
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Size() == 2);
}

TEST_CASE("a webhook may be lost from 48 hours on, and is after 80 hours and 36 minutes", "[admin][gaps]") {
    daemon_fixture daemon;
    send_whole_ones(daemon);
    const auto end = [&](const std::string& name, std::chrono::minutes ago) {
        for (const std::string type : {"created", "completed"})
            REQUIRE(daemon
                        .post(R"({"id":"evt_)" + name + type + R"(","type":")" + lifecycle + type +
                              R"(","createdAt":")" + to_rfc3339(now() - ago) +
                              R"(","payload":{"object":{"object":"transaction","id":"tx_)" + name + R"("}}})")
                        .status == 200);
    };
    end("fresh", 60min);
    end("doubtful", 60h);
    end("lost", 81h);
    const auto page = ask(daemon, "/v1/events/gaps?grace=0");
    REQUIRE(page["data"].Size() == 3);
    for (const auto& each : page["data"].GetArray()) {
        const auto sent = parse_rfc3339(text(each, "sent_before")).value();
        CHECK(text(each, "last_try_from") == to_rfc3339(sent + 48h));
        CHECK(text(each, "last_try") == to_rfc3339(sent + 80h + 36min));
        const bool over = text(each, "transaction_id") == "tx_lost";
        CHECK(text(each, "retries") == (over ? "over" : "expected"));
    }
    const auto table = run_at(daemon.admin_port(), {"events", "gaps", "--grace", "0s"}).out;
    const auto line_of = [&](const std::string& transaction) {
        const auto begin = table.find(transaction);
        REQUIRE(begin != std::string::npos);
        return table.substr(begin, table.find('\n', begin) - begin);
    };
    CHECK(contains(line_of("tx_fresh"), "wait: next try by "));
    CHECK(contains(line_of("tx_fresh"), ", tried until "));
    CHECK(contains(line_of("tx_doubtful"), "send it again at Universign: its last try may be over"));
    CHECK(contains(line_of("tx_lost"), "send it again at Universign: no try since "));
}

TEST_CASE("a transaction that was paused and started again has no gap", "[admin][gaps]") {
    daemon_fixture daemon;
    send_whole_ones(daemon);
    int hour = 0;
    for (const std::string type : {"created", "started", "paused", "started", "completed"}) {
        const auto body = R"({"id":"evt_again)" + std::to_string(hour) + R"(","type":")" + lifecycle + type +
                          R"(","createdAt":")" + to_rfc3339(now() - 24h + hour * 1h) +
                          R"(","payload":{"object":{"object":"transaction","id":"tx_again"}}})";
        REQUIRE(daemon.post(body).status == 200);
        ++hour;
    }
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Empty());
    CHECK(ask(daemon, "/v1/events/evt_again4")["story"].Size() == 5);
}

TEST_CASE("what an endpoint was not registered for is not missing", "[admin][gaps]") {
    daemon_fixture daemon;
    for (std::uint64_t seed = 1; seed < 4; ++seed)
        send(daemon, seed, 24h * 30, {lifecycle + "completed", "action.closed"});
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Empty());
    // Registered now: what began before is none of it, what begins from here on is.
    send(daemon, 10, 24h * 20, {lifecycle + "created", lifecycle + "started", "action.opened"});
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Empty());
    send(daemon, 11, 24h * 10, {lifecycle + "completed"});
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Size() == 2);
}

TEST_CASE("gaps come page by page, and an operator gets them all with what to do", "[admin][gaps]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    send_whole_ones(daemon);
    for (std::uint64_t seed = 10; seed < 17; ++seed)
        send(daemon, seed, 24h * 20, {lifecycle + "created", "action.closed", lifecycle + "completed"});
    std::vector<std::string> found;
    std::string path = "/v1/events/gaps?grace=0&limit=3";
    for (std::string cursor;;) {
        const auto page = ask(daemon, path + (cursor.empty() ? "" : "&cursor=" + cursor));
        for (const auto& each : page["data"].GetArray())
            found.push_back(text(each, "evidence") + text(each, "missing"));
        cursor = text(page, "next_cursor");
        CHECK(page["has_more"].GetBool() == !cursor.empty());
        if (cursor.empty()) break;
    }
    CHECK(found.size() == 14);
    std::sort(found.begin(), found.end());
    CHECK(std::unique(found.begin(), found.end()) == found.end());

    const auto table = run_at(port, {"events", "gaps", "--grace", "0s"});
    CHECK(table.code == 0);
    CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 15);
    CHECK(table.out.starts_with("transaction"));
    CHECK(contains(table.out, "send it again at Universign"));
    const auto some = run_at(port, {"events", "gaps", "--grace", "0s", "--limit", "5"});
    CHECK(contains(some.err, "There are more: --cursor "));
    const auto json = test::parse(run_at(port, {"events", "gaps", "--grace", "0s", "--json"}).out);
    CHECK(json["data"].Size() == 14);
    CHECK(json["next_cursor"].IsNull());
    CHECK(run_at(port, {"events", "gaps"}).out == "none\n");
    CHECK(run_at(port, {"events", "gaps", "--after", "yesterday"}).code == 65);
    CHECK(run_at(port, {"events", "gaps", "--grace", "soon"}).code == 64);
    CHECK(run_at(test::free_port(), {"events", "gaps"}).code == 69);
    for (const std::string query : {"?grace=-1", "?limit=0", "?cursor=x", "?created_lt=x", "?type=x"})
        CHECK(daemon.get("/v1/events/gaps" + query).status == 400);
}

TEST_CASE("the time in which the daemon was killed or stopped is known afterwards", "[admin][gaps]") {
    daemon_fixture daemon;
    CHECK(ask(daemon, "/v1/events/gaps")["outages"].Empty());
    send(daemon, 1, 1h, {lifecycle + "created"});
    const auto alive = to_rfc3339(now());
    daemon.kill9();
    const auto dead = to_rfc3339(now());
    daemon.start();
    // The start is told of by the writer, a moment after the listeners are open.
    REQUIRE(wait_for_condition([&] { return !ask(daemon, "/v1/events/gaps")["outages"].Empty(); }));
    const auto killed = ask(daemon, "/v1/events/gaps");
    REQUIRE(killed["outages"].Size() == 1);
    const auto& outage = killed["outages"][0];
    CHECK(text(outage, "reason") == "died");
    CHECK(outage["endpoint"].IsNull());
    CHECK(text(outage, "began") <= alive);
    CHECK(text(outage, "ended") >= dead);
    CHECK(text(outage, "retries") == "expected");
    CHECK(text(outage, "tried_again_by") > text(outage, "ended"));
    CHECK(text(outage, "last_try_from") > text(outage, "tried_again_by"));
    CHECK(text(outage, "last_try") > text(outage, "last_try_from"));
    CHECK(outage["in_doubt_before"].IsNull());
    CHECK(outage["given_up_before"].IsNull());

    daemon.restart();
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/events/gaps")["outages"].Size() == 2; }));
    CHECK(text(ask(daemon, "/v1/events/gaps")["outages"][0], "reason") == "stopped");
    const auto later = to_rfc3339(now() + 1h);
    CHECK(ask(daemon, "/v1/events/gaps?created_gt=" + later)["outages"].Empty());
    const auto shown = run_at(daemon.admin_port(), {"events", "gaps"});
    CHECK(shown.out.starts_with("none\n\nOUTAGES\nbegan"));
    CHECK(contains(shown.out, "all is tried again by"));
}

TEST_CASE("after a long outage the operator is told what to send again", "[admin][gaps]") {
    const auto advice = [](const std::string& retries, const std::string& doubt, const std::string& lost) {
        test::scripted_server server{[&](const auto&) {
            return test::http_reply(
                200,
                R"({"object":"list","data":[],"has_more":false,"next_cursor":null,"outages":[{"reason":"died",)"
                R"("began":"2020-03-02T00:00:00.000Z","ended":"2020-03-09T00:00:00.000Z","refused":0,"arrived":0,)"
                R"("tried_again_by":"2020-03-11T00:00:00.000Z","last_try_from":"2020-03-11T00:00:00.000Z",)"
                R"("last_try":"2020-03-12T08:36:00.000Z","endpoint":null,"retries":")" +
                    retries + R"(","in_doubt_before":)" + doubt + R"(,"given_up_before":)" + lost + "}]}");
        }};
        return test::run({"events", "gaps", "--admin", server.url("")}).out;
    };
    const std::string doubt = "\"2020-03-07T00:00:00.000Z\"", lost = "\"2020-03-05T15:24:00.000Z\"";
    CHECK(contains(
        advice("expected", doubt, lost),
        "send again at Universign what happened before 2020-03-07T00:00:00Z (before "
        "2020-03-05T15:24:00Z its last try is over, then it may be); the rest by 2020-03-12T08:36:00Z"));
    CHECK(contains(advice("over", doubt, "null"),
                   "what happened before 2020-03-07T00:00:00Z (its last try may be over)"));
    CHECK(contains(advice("over", "null", "null"), "nothing: the last try was by 2020-03-12T08:36:00Z"));
    CHECK(
        contains(advice("expected", "null", "null"), "nothing: all was tried again by 2020-03-11T00:00:00Z"));
}

TEST_CASE("webhooks that were answered 503 are an outage of their endpoint", "[admin][gaps]") {
    SECTION("too much waits") {
        test::daemon_setup setup;
        setup.handlers = "  never: { type: forward, url: \"http://127.0.0.1:1/\", retry: { initial: 1h } }\n";
        setup.routes = "  - { name: everything, match: \"*\", handlers: [never] }\n";
        setup.sections = "queue: { max_pending: 1 }\n";
        setup.wait_for_ready = false; // with a full queue it is not
        daemon_fixture daemon(setup);
        send(daemon, 1, 1h, {lifecycle + "created"});
        // Nobody's junk is a webhook that was turned away.
        const auto body = test::sample("action.opened", 1);
        for (int i = 0; i < 5; ++i) {
            CHECK(daemon.post(body, "").status == 401);
            CHECK(daemon.post("{}", test::shared_key().sign(body)).status == 401);
        }
        for (int i = 0; i < 3; ++i)
            REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 503);
        CHECK(daemon.terminate() == 0);
        daemon.start();
        const auto outages = ask(daemon, "/v1/events/gaps");
        const auto queue = std::find_if(outages["outages"].Begin(), outages["outages"].End(),
                                        [](const auto& o) { return text(o, "reason") == "queue"; });
        REQUIRE(queue != outages["outages"].End());
        CHECK((*queue)["refused"].GetInt64() == 3);
        CHECK(text(*queue, "endpoint") == "production");
        CHECK(ask(daemon, "/v1/events/gaps?endpoint=production")["outages"].Size() >= 1);
    }
    SECTION("the keys cannot be had, and nothing but kill -9 ends it") {
        test::daemon_setup setup;
        setup.endpoints =
            "endpoints:\n  - name: keyless\n    path: /webhooks/universign\n    signature: { jwks: "
            "{ url: \"http://127.0.0.1:" +
            std::to_string(test::free_port()) + "/jwks.json\" } }\n";
        setup.wait_for_ready = false;
        daemon_fixture daemon(setup);
        REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 503);
        const auto refusals = [&] {
            std::int64_t refused = 0;
            const auto told = ask(daemon, "/v1/events/gaps?endpoint=keyless");
            for (const auto& each : told["outages"].GetArray())
                if (text(each, "reason") == "keys") refused += each["refused"].GetInt64();
            return refused;
        };
        REQUIRE(wait_for_condition([&] { return refusals() == 1; }));
        daemon.kill9();
        daemon.start();
        CHECK(refusals() == 1);
    }
}
