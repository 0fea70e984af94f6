#include <webhookd/event/sample.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/scrape.hpp"
#include "support/scripted_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::ask;
using test::daemon_fixture;
using test::daemon_setup;
using test::run_at;
using test::wait_for_condition;

namespace {

test::http_answer try_handler(daemon_fixture& daemon, const std::string& handler,
                              const std::string& body = {}) {
    test::http_connection connection(daemon.admin_port());
    return connection.exchange("POST", "/v1/handlers/" + handler + "/test",
                               {{"Content-Type", "application/json"}}, body);
}

/// A handler that ends when a file is there; another file tells that it has begun.
std::string waiting_handler(const test::temp_directory& directory) {
    return "  tool: { type: shell, timeout: 60s, command: 'touch " + (directory / "begun").string() +
           "; while [ ! -e " + (directory / "go").string() + " ]; do sleep 0.02; done; echo ended' }\n";
}

bool begun(const test::temp_directory& directory) {
    return wait_for_condition([&] { return std::filesystem::exists(directory / "begun"); });
}

} // namespace

TEST_CASE("a test event is marked, goes to one handler alone, and counts and leaves nothing", "[admin]") {
    test::scripted_server receiver([](const test::scripted_request&) {
        return test::http_reply(418, "no coffee, hunter2-of-the-header");
    });
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + receiver.url("/hook") +
                     "\", headers: { X-Token: hunter2-of-the-header }, circuit_breaker: { failures: 1 } }\n"
                     "  tool: { type: shell, command: 'echo \"$UNIVERSIGN_TEST $UNIVERSIGN_ENDPOINT "
                     "$UNIVERSIGN_EVENT_ID\"; grep -o evt_test_ | head -1; exit 3' }\n"
                     "  audit: { type: log }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [crm, tool, audit] }\n";
    daemon_fixture daemon(setup);

    const auto answer = test::parse(try_handler(daemon, "crm", R"({"type":"action.opened"})").body);
    const std::string id = answer["event"].GetString();
    CHECK(id.starts_with("evt_test_"));
    CHECK_FALSE(answer["successful"].GetBool());
    CHECK(answer["status"].GetInt() == 418);
    CHECK(std::string(answer["reason"].GetString()) == "HTTP 418");
    CHECK(std::string(answer["output"].GetString()) == "no coffee, ***");
    CHECK(answer["duration_ms"].GetDouble() >= 0);
    REQUIRE(receiver.requests().size() == 1);
    const auto request = receiver.requests().front();
    CHECK(request.header("webhookd-test") == "true");
    CHECK(request.header("webhook-id") == id);
    CHECK(request.header("x-universign-event") == "action.opened");
    CHECK(request.header("x-jws-signature").empty());
    CHECK_THAT(request.body, Catch::Contains(id));

    const auto tool = test::parse(try_handler(daemon, "tool").body);
    CHECK(tool["status"].GetInt() == 3);
    CHECK(std::string(tool["output"].GetString()) ==
          "true test " + std::string(tool["event"].GetString()) + "\nevt_test_");
    CHECK(std::string(tool["type"].GetString()) == "transaction.lifecycle.completed");
    CHECK(test::parse(try_handler(daemon, "audit").body)["successful"].GetBool());
    CHECK(daemon.says("\"test\":true"));

    CHECK(ask(daemon, "/v1/events")["data"].Empty());
    CHECK(ask(daemon, "/v1/deliveries")["data"].Empty());
    const auto handlers = ask(daemon, "/v1/handlers");
    for (const auto& each : handlers["data"].GetArray()) {
        CHECK(std::string(each["circuit"].GetString()) == "closed");
        CHECK(each["successful"].GetInt() + each["retried"].GetInt() + each["failed"].GetInt() == 0);
        CHECK(each["last_error"].IsNull());
    }
    for (const auto& [name, body, status] : std::vector<std::tuple<std::string, std::string, int>>{
             {"nobody", "", 404}, {"crm", R"({"type":"action.open"})", 400}, {"crm", R"({"typ":1})", 400}})
        CHECK(try_handler(daemon, name, body).status == status);
    CHECK_THAT(try_handler(daemon, "crm", R"({"type":"action.open"})").body,
               Catch::Contains("did you mean action.opened?"));

    // Real events have no mark.
    REQUIRE(daemon.post(event::make_sample("action.opened", {}).value()).status == 200);
    REQUIRE(wait_for_condition([&] { return receiver.requests().size() == 2; }));
    CHECK(receiver.requests().back().header("webhookd-test").empty());
}

TEST_CASE("a test that runs holds nobody up: one at a time, beside health checks and deliveries", "[admin]") {
    test::temp_directory directory;
    daemon_setup setup;
    setup.handlers = waiting_handler(directory) + "  audit: { type: log }\n";
    daemon_fixture daemon(setup);
    auto first = std::async(std::launch::async, [&] { return try_handler(daemon, "tool"); });
    REQUIRE(begun(directory));
    CHECK(try_handler(daemon, "tool").status == 409);
    CHECK(try_handler(daemon, "audit").status == 200);
    CHECK(daemon.get("/healthz").status == 200);
    CHECK(daemon.post(event::make_sample("action.opened", {}).value()).status == 200);
    CHECK(wait_for_condition([&] { return test::count_deliveries(daemon, "state=successful") == 1; }));
    test::write_text(directory / "go", "");
    CHECK_THAT(first.get().body, Catch::Contains("ended"));
    CHECK(try_handler(daemon, "tool").status == 200);
}

TEST_CASE("a test survives the removal of its handler, and a client that goes away", "[admin]") {
    test::temp_directory directory;
    daemon_setup setup;
    setup.handlers = waiting_handler(directory) + "  audit: { type: log }\n";
    daemon_fixture daemon(setup);
    {
        test::raw_client gone(daemon.admin_port());
        gone.send("POST /v1/handlers/tool/test HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
        REQUIRE(begun(directory));
    }
    CHECK(try_handler(daemon, "tool").status == 409);
    auto yaml = test::read_text(daemon.config_file());
    const auto at = yaml.find("  tool: ");
    yaml.erase(at, yaml.find('\n', at) + 1 - at);
    test::write_text(daemon.config_file(), yaml);
    ask(daemon, "/v1/reload", "POST");
    CHECK(try_handler(daemon, "tool").status == 404);
    test::write_text(directory / "go", "");
    CHECK(daemon.says("a handler is tested by hand"));
    CHECK(daemon.get("/healthz").status == 200);
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a daemon that stops ends a test that runs within its grace", "[admin]") {
    test::temp_directory directory;
    daemon_setup setup;
    setup.server = "  shutdown_grace: 100ms\n";
    setup.handlers = waiting_handler(directory) + "  audit: { type: log }\n";
    daemon_fixture daemon(setup);
    auto first = std::async(std::launch::async, [&] {
        try {
            return try_handler(daemon, "tool").status;
        } catch (const std::exception&) {
            return 0; // the connection was cut
        }
    });
    REQUIRE(begun(directory));
    CHECK(daemon.terminate() == 0);
    CHECK(first.get() != 409);
}

TEST_CASE("the timeout of the handler ends a test", "[admin]") {
    daemon_setup setup;
    setup.handlers = "  tool: { type: shell, timeout: 50ms, command: 'sleep 60' }\n  audit: { type: log }\n";
    daemon_fixture daemon(setup);
    const auto answer = test::parse(try_handler(daemon, "tool").body);
    CHECK_FALSE(answer["successful"].GetBool());
    CHECK_THAT(answer["reason"].GetString(), Catch::Contains("killed after"));
}

TEST_CASE("handlers test shows what came of it, and ends with 1 where the handler failed", "[cli]") {
    daemon_setup setup;
    setup.handlers = "  good: { type: shell, command: 'echo fine' }\n"
                     "  bad: { type: shell, command: 'echo broken; exit 4' }\n  audit: { type: log }\n";
    daemon_fixture daemon(setup);
    const int port = daemon.admin_port();
    const auto good = run_at(port, {"handlers", "test", "good", "--type", "action.closed"});
    CHECK(good.code == 0);
    CHECK_THAT(good.out, Catch::Contains("action.closed") && Catch::Contains("OUTPUT\nfine\n"));
    const auto bad = run_at(port, {"handlers", "test", "bad", "--json"});
    CHECK(bad.code == 1);
    CHECK(test::parse(bad.out)["status"].GetInt() == 4);
    CHECK(run_at(port, {"handlers", "test", "nobody"}).code == 65);
    CHECK(run_at(port, {"handlers", "test"}).code == 64);
    CHECK_THAT(run_at(port, {"handlers"}).out, Catch::Contains("audit"));
}

TEST_CASE("a dry run tests no handler", "[admin]") {
    daemon_setup setup;
    setup.arguments = {"--dry-run"};
    daemon_fixture daemon(setup);
    const auto refused = try_handler(daemon, "audit");
    CHECK(refused.status == 409);
    CHECK_THAT(refused.body, Catch::Contains("dry run"));
}
