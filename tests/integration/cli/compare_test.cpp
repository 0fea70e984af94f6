#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/scripted_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <csignal>
#include <mutex>
#include <string>

using namespace webhookd;
using test::contains;
using test::daemon_fixture;
using test::http_reply;
using test::parse;
using test::run_at;
using test::scripted_reply;

namespace {

/// What a sample's completed transaction uses.
constexpr const char* as_received = R"({"object":"events-report","total":10,"visas":1,"seals":2,"reviews":1,
    "signatures":6,"signatures_by_required_level":{"level_0":1,"level_1":1,"level_2":2,"level_3":1,"level_4":1}})";
constexpr const char* one_more = R"({"object":"events-report","total":11,"visas":1,"seals":2,"reviews":1,
    "signatures":7,"signatures_by_required_level":{"level_0":1,"level_1":2,"level_2":2,"level_3":1,"level_4":1}})";

/// Universign, saying what a test tells it.
class fake_universign {
public:
    void says(scripted_reply reply) {
        const std::lock_guard lock{mutex_};
        reply_ = std::move(reply);
    }
    [[nodiscard]] std::string url() const { return server_.url(""); }
    [[nodiscard]] auto requests() const { return server_.requests(); }

private:
    std::mutex mutex_;
    scripted_reply reply_ = http_reply(200, as_received);
    test::scripted_server server_{[this](const auto&) {
        const std::lock_guard lock{mutex_};
        return reply_;
    }};
};

test::daemon_setup asking(const std::string& url, const std::string& key = "${env:UNIVERSIGN_API_KEY}") {
    test::daemon_setup setup;
    setup.sections = "universign: { api: { url: \"" + url + "\", key: \"" + key + "\" } }\n";
    setup.environment = {"UNIVERSIGN_API_KEY=CANARY-key"};
    return setup;
}

std::string one_line(std::string text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' || !out.ends_with(' ')) out += c;
    return out;
}

} // namespace

TEST_CASE("the report stands beside Universign's own, line by line", "[cli][compare]") {
    fake_universign universign;
    daemon_fixture daemon(asking(universign.url()));
    const int port = daemon.admin_port();
    keep(daemon, "transaction.lifecycle.completed", 1, {{"/createdAt", "2026-03-10T00:00:00Z"}});

    const auto same =
        run_at(port, {"report", "--compare", "--after", "2026-03-01", "--before", "2026-04-01"});
    INFO(same.out << same.err);
    CHECK(same.code == 0);
    CHECK(contains(one_line(same.out), "total 10 10 0\n"));
    CHECK(contains(one_line(same.out), "signatures.level_2 2 2 0\n"));
    CHECK(contains(one_line(same.out), "signatures.level_4 1 1 0\n"));
    CHECK(contains(same.out, "Every figure is the same."));
    const auto asked = universign.requests();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].target() ==
          "/v1/events/report?created_gt=2026-03-01T00:00:00Z&created_lt=2026-04-01T00:00:00Z");
    CHECK(asked[0].header("authorization") == "Bearer CANARY-key");

    universign.says(http_reply(200, one_more));
    const auto lost = run_at(port, {"report", "--compare", "--month", "2026-03"});
    CHECK(lost.code == 1);
    CHECK(contains(one_line(lost.out), "total 10 11 -1\n"));
    CHECK(contains(one_line(lost.out), "visas 1 1 0\n"));
    CHECK(contains(lost.out, "3 figures differ."));
    CHECK(universign.requests().at(1).target() ==
          "/v1/events/report?created_gt=2026-02-28T23:59:59.999999Z&created_lt=2026-04-01T00:00:00Z");
    const auto json = run_at(port, {"report", "--compare", "--json", "--endpoint", "production"});
    CHECK(json.code == 1);
    const auto told = parse(json.out);
    CHECK(told["differing"].GetInt64() == 3);
    CHECK(told["lines"].Size() == 10);
    CHECK(told["universign"]["total"].GetInt64() == 11);
    CHECK(told["received"]["total"].GetInt64() == 10);
    CHECK(told["endpoint"].GetString() == std::string("production"));
    CHECK(universign.requests().at(2).target() == "/v1/events/report");

    universign.says(http_reply(200, R"({"object":"events-report","total":10,"visas":1,"seals":2,"reviews":1,
        "signatures":6,"signatures_by_required_level":{"level_0":1,"level_1":1,"level_2":2,"level_4":2}})"));
    const auto otherwise = run_at(port, {"report", "--compare", "--month", "2026-03"});
    CHECK(otherwise.code == 1);
    CHECK(contains(one_line(otherwise.out), "signatures.level_3 1 0 1\n"));
    CHECK(contains(one_line(otherwise.out), "signatures.level_4 1 2 -1\n"));
    CHECK(contains(otherwise.out, "2 figures differ."));

    for (const auto& text : {same.out, lost.out, json.out, otherwise.out, daemon.all_stderr_text()})
        CHECK_FALSE(contains(text, "CANARY"));
    CHECK(contains(run_at(port, {"report", "--help"}).out, "1 they differ"));
}

TEST_CASE("every way in which Universign's report cannot be had is told apart", "[cli][compare]") {
    fake_universign universign;
    daemon_fixture daemon(asking(universign.url()));
    const int port = daemon.admin_port();
    struct way {
        scripted_reply reply;
        const char* says;
    };
    for (const auto& [reply, says] :
         {way{http_reply(401, "CANARY"), "refused the key of universign.api.key (HTTP 401)"},
          way{http_reply(403, "{}"), "refused the key of universign.api.key (HTTP 403)"},
          way{http_reply(500, "CANARY"), "Universign's API answered HTTP 500."},
          way{http_reply(302, "", "Location: http://127.0.0.1:1/CANARY\r\n"), "answered HTTP 302."},
          way{http_reply(200, "<html>CANARY</html>"), "that is no events-report"},
          way{http_reply(200, R"({"object":"events-report","total":"CANARY"})"), "that is no events-report"},
          way{http_reply(200, std::string(2'000'000, ' ')), "that is no events-report"},
          way{{"", scripted_reply::after::reset}, "cannot be reached"}}) {
        universign.says(reply);
        const auto failed = run_at(port, {"report", "--compare"});
        INFO(failed.err);
        CHECK(failed.code == 69);
        CHECK(contains(failed.err, says));
        CHECK(contains(failed.err, "HTTP 502"));
        CHECK_FALSE(contains(failed.err, "CANARY"));
        const auto answer = daemon.get("/v1/events/report/compare");
        CHECK(answer.status == 502);
        CHECK(answer.headers.at("content-type") == "application/problem+json");
    }
    CHECK_FALSE(contains(daemon.all_stderr_text(), "CANARY"));
    CHECK(daemon.get("/v1/events/report/compare?created_gt=yesterday").status == 400);
    CHECK(daemon.get("/v1/events/report?compare=true").status == 400);
    universign.says(http_reply(200, as_received));
    CHECK(run_at(port, {"report", "--compare"}).code == 1); // nothing was received here
}

TEST_CASE("who never answers holds up neither the other questions nor the end", "[cli][compare]") {
    fake_universign universign;
    universign.says({"", scripted_reply::after::hang});
    daemon_fixture daemon(asking(universign.url()));
    test::raw_client waiting(daemon.admin_port());
    waiting.send("GET /v1/events/report/compare HTTP/1.1\r\nHost: localhost\r\n\r\n");
    REQUIRE(test::wait_for_condition([&] { return !universign.requests().empty(); }));
    CHECK(test::ask(daemon, "/v1/events/report")["total"].GetInt64() == 0);
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("without a key the problem names the one to set, and a reload takes it", "[cli][compare]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    const auto without = run_at(port, {"report", "--compare"});
    CHECK(without.code == 78);
    CHECK(contains(without.err, "set universign.api.key"));

    fake_universign universign;
    auto text = test::read_text(daemon.config_file());
    test::write_text(daemon.config_file(), text + asking(universign.url(), "k2").sections);
    daemon.running().signal(SIGHUP);
    CHECK(test::wait_for_condition([&] { return run_at(port, {"report", "--compare"}).code == 1; }));
    CHECK(universign.requests().at(0).header("authorization") == "Bearer k2");
}
