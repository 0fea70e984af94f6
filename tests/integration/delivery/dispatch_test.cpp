#include <webhookd/event/sample.hpp>

#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace webhookd;
using test::ask;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

std::string completed(std::uint64_t seed) {
    return event::make_sample("transaction.lifecycle.completed", {.seed = seed}).value();
}

void reload(daemon_fixture& daemon, const std::string& from, const std::string& to) {
    auto text = test::read_text(daemon.config_file());
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    test::write_text(daemon.config_file(), text.replace(at, from.size(), to));
    daemon.running().signal(SIGHUP);
}

std::size_t lines(const std::filesystem::path& file) {
    const auto text = test::read_text(file);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_CASE("one event reaches a log, a receiver and a program, each as configured", "[dispatch]") {
    test::chaos_sink sink;
    daemon_setup setup;
    const test::temp_directory directory;
    setup.handlers = "  audit: { type: log, file: " + (directory / "audit.log").string() + " }\n" +
                     "  crm: { type: forward, url: \"" + sink.url() + "\" }\n" +
                     "  archive: { type: shell, command: 'cat > " + (directory / "body").string() +
                     "; echo \"$UNIVERSIGN_EVENT_TYPE\"' }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [audit, crm, archive] }\n";
    daemon_fixture daemon(setup);
    const auto body = completed(1);
    REQUIRE(daemon.post(body).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 3; }));

    REQUIRE(sink.requests().size() == 1);
    CHECK(sink.requests()[0].body == body);
    CHECK(test::read_text(directory / "body") == body);
    CHECK(lines(directory / "audit.log") == 1);
    const auto program = ask(daemon, "/v1/deliveries?handler=archive");
    const auto id = std::to_string(program["data"][0]["id"].GetInt64());
    const auto shown = ask(daemon, "/v1/deliveries/" + id);
    REQUIRE(shown["history"].Size() == 1);
    CHECK(shown["history"][0]["output"].GetString() == std::string("transaction.lifecycle.completed"));

    // A duplicate runs nothing again.
    CHECK(daemon.post(body).body.find("duplicate") != std::string::npos);
    CHECK(count_deliveries(daemon, "") == 3);
}

TEST_CASE("conditions choose by what the event says", "[dispatch]") {
    daemon_setup setup;
    setup.handlers = "  yes: { type: log }\n  no: { type: log }\n";
    setup.routes =
        "  - { name: a, match: \"transaction.*\", when: { /payload/object/state: completed }, handlers: yes "
        "}\n"
        "  - { name: b, match: \"*\", when: { /payload/object/state: { not: completed } }, handlers: no }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    CHECK(count_deliveries(daemon, "handler=yes") == 1);
}

TEST_CASE("a dead letter waits until it is retried by hand", "[dispatch]") {
    const test::temp_directory directory;
    daemon_setup setup;
    setup.handlers = "  hook: { type: shell, command: 'test -e " + (directory / "repaired").string() +
                     " || { echo broken >&2; exit 3; }', retry: { initial: 10ms, max_attempts: 3 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: hook }\n";
    daemon_fixture daemon(setup);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        REQUIRE(daemon.post(completed(seed)).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=failed") == 3; }));
    const auto shown = ask(daemon, "/v1/deliveries/1");
    CHECK(shown["attempts"].GetInt64() == 3);
    CHECK(shown["reason"].GetString() == std::string("exit code 3; that was the last attempt"));
    CHECK(shown["history"][0]["output"].GetString() == std::string("broken"));
    CHECK(ask(daemon, "/v1/handlers")["data"][0]["failed"].GetInt64() == 3);

    test::write_text(directory / "repaired", "");
    CHECK(ask(daemon, "/v1/deliveries/1/retry", "POST")["retried"].GetInt64() == 1);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    CHECK(ask(daemon, "/v1/deliveries/retry?state=failed&handler=hook", "POST")["retried"].GetInt64() == 2);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 3; }));
    test::http_connection admin(daemon.admin_port());
    CHECK(admin.exchange("POST", "/v1/deliveries/1/retry").status == 409);
    CHECK(admin.exchange("POST", "/v1/deliveries/99/retry").status == 404);
}

TEST_CASE("a reload changes routes and handlers for the events after it", "[dispatch]") {
    daemon_setup setup;
    setup.handlers = "  audit: { type: log }\n  other: { type: log }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    REQUIRE(
        wait_for_condition([&] { return count_deliveries(daemon, "handler=audit&state=successful") == 1; }));
    reload(daemon, "handlers: [audit]", "handlers: [other]");
    REQUIRE(daemon.says("the configuration is reloaded"));
    REQUIRE(daemon.post(completed(2)).status == 200);
    REQUIRE(
        wait_for_condition([&] { return count_deliveries(daemon, "handler=other&state=successful") == 1; }));
    CHECK(count_deliveries(daemon, "") == 2);

    // A bad file changes nothing.
    reload(daemon, "handlers: [other]", "handlers: [nobody]");
    REQUIRE(daemon.says("the configuration is not reloaded; nothing changes"));
    REQUIRE(daemon.post(completed(3)).status == 200);
    REQUIRE(
        wait_for_condition([&] { return count_deliveries(daemon, "handler=other&state=successful") == 2; }));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a reload changes the limits for new connections", "[dispatch]") {
    daemon_setup setup;
    setup.server = "  limits: { body: 1MiB }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    reload(daemon, "body: 1MiB", "body: 1KiB");
    REQUIRE(daemon.says("the configuration is reloaded"));
    CHECK(daemon.stderr_text().find("needs a restart") == std::string::npos);
    test::http_connection fresh(daemon.ingest_port());
    const auto body = completed(2);
    CHECK(fresh.post_webhook(daemon.setup().path, body, test::shared_key().sign(body)).status == 413);
    CHECK(daemon.post(body).status == 200); // over the old connection
}

TEST_CASE("what waits for a removed handler fails, and can be retried when it is back", "[dispatch]") {
    test::chaos_sink sink;
    sink.go_down();
    const auto crm =
        "  crm: { type: forward, url: \"" + sink.url() + "\", retry: { initial: 1h, jitter: none } }\n";
    daemon_setup setup;
    setup.handlers = "  audit: { type: log }\n" + crm;
    setup.routes = "  - { name: all, match: \"*\", handlers: [crm] }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/deliveries/1")["attempts"].GetInt64() == 1; }));
    auto text = test::read_text(daemon.config_file());
    const auto before = text;
    text.replace(text.find(crm), crm.size(), "");
    text.replace(text.find("[crm]"), 5, "[audit]");
    test::write_text(daemon.config_file(), text);
    daemon.running().signal(SIGHUP);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=failed") == 1; }));
    CHECK(ask(daemon, "/v1/deliveries/1")["reason"].GetString() ==
          std::string("the handler is not in the configuration any more"));

    sink.come_up();
    test::write_text(daemon.config_file(), before);
    daemon.running().signal(SIGHUP);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/handlers")["data"].Size() == 2; }));
    ask(daemon, "/v1/deliveries/1/retry", "POST");
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
}

TEST_CASE("SIGHUP lets a log handler go on in a file of the old name", "[dispatch]") {
    const test::temp_directory directory;
    const auto file = directory / "audit.log";
    daemon_setup setup;
    setup.handlers = "  audit: { type: log, file: " + file.string() + " }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    REQUIRE(wait_for_condition([&] { return lines(file) == 1; }));
    std::filesystem::rename(file, directory / "audit.log.1");
    daemon.running().signal(SIGHUP);
    REQUIRE(wait_for_condition([&] { return std::filesystem::exists(file); }));
    REQUIRE(daemon.post(completed(2)).status == 200);
    REQUIRE(wait_for_condition([&] { return lines(file) == 1; }));
    CHECK(lines(directory / "audit.log.1") == 1);
}

TEST_CASE("a dry run keeps events, names what would run, and runs nothing", "[dispatch]") {
    test::chaos_sink sink;
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() + "\" }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: crm }\n";
    setup.arguments = {"--dry-run"};
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    REQUIRE(daemon.says("\"message\":\"would run\",\"handler\":\"crm\""));
    CHECK(count_deliveries(daemon, "") == 0);
    CHECK(daemon.terminate() == 0);
    CHECK(sink.requests().empty());
}

TEST_CASE("a dry run erases for good, and ends", "[dispatch]") {
    daemon_setup setup;
    setup.arguments = {"--dry-run"};
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(completed(1)).status == 200);
    const auto kept = ask(daemon, "/v1/events");
    const std::string transaction = kept["data"][0]["transaction_id"].GetString();
    CHECK(ask(daemon, "/v1/transactions/" + transaction + "/erase", "POST")["bodies"].GetInt64() == 1);
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("when as much waits as may wait, events are put off, and taken again later", "[dispatch]") {
    test::chaos_sink sink;
    sink.go_down();
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() +
                     "\", retry: { initial: 10ms, max_delay: 20ms, max_attempts: 10000 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: crm }\n";
    setup.sections = "queue: { max_pending: 3 }\n";
    daemon_fixture daemon(setup);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        REQUIRE(daemon.post(completed(seed)).status == 200);
    const auto answer = daemon.post(completed(4));
    CHECK(answer.status == 503);
    CHECK(answer.headers.at("retry-after") == "5");
    sink.come_up();
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 3; }));
    CHECK(daemon.post(completed(4)).status == 200);
}

TEST_CASE("dead letters of a handler that is not configured are not retried, and the answer says so",
          "[dispatch]") {
    daemon_setup setup;
    setup.handlers = "  hook: { type: shell, command: 'exit 3', retry: { max_attempts: 1 } }\n"
                     "  gone: { type: shell, command: 'exit 3', retry: { max_attempts: 1 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [hook, gone] }\n";
    daemon_fixture daemon(setup);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        REQUIRE(daemon.post(completed(seed)).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=failed") == 6; }));
    const auto id = std::to_string(ask(daemon, "/v1/deliveries?handler=gone")["data"][0]["id"].GetInt64());
    auto text = test::read_text(daemon.config_file());
    text.erase(text.find("  gone:"), text.find('\n', text.find("  gone:")) + 1 - text.find("  gone:"));
    text.replace(text.find(", gone]"), 7, "]");
    test::write_text(daemon.config_file(), text);
    daemon.running().signal(SIGHUP);
    REQUIRE(daemon.says("the configuration is reloaded"));

    test::http_connection admin(daemon.admin_port());
    CHECK(admin.exchange("POST", "/v1/deliveries/" + id + "/retry").status == 409);
    const auto refused = admin.exchange("POST", "/v1/deliveries/retry?handler=gone");
    CHECK(refused.status == 409);
    CHECK(refused.body.find("not in the configuration") != std::string::npos);
    const auto some = ask(daemon, "/v1/deliveries/retry?state=failed", "POST");
    CHECK(some["retried"].GetInt64() == 3);
    REQUIRE(some["skipped_handlers"].Size() == 1);
    CHECK(some["skipped_handlers"][0].GetString() == std::string("gone"));
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=failed") == 6; }));
    CHECK(count_deliveries(daemon, "handler=gone&state=pending") == 0);
}

TEST_CASE("a delivery that waits for its next attempt runs at once when it is retried by hand",
          "[dispatch]") {
    test::chaos_sink sink;
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() +
                     "\", retry: { initial: 1h, max_delay: 2h, jitter: none } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: crm }\n";
    daemon_fixture daemon(setup);
    sink.next(test::http_reply(503, ""));
    REQUIRE(daemon.post(completed(1)).status == 200);
    REQUIRE(daemon.says("an attempt failed; there will be another"));
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/deliveries/1")["attempts"].GetInt64() == 1; }));
    CHECK(ask(daemon, "/v1/deliveries/retry?state=failed", "POST")["retried"].GetInt64() == 0);
    CHECK(ask(daemon, "/v1/deliveries/1/retry", "POST")["retried"].GetInt64() == 1);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
}

TEST_CASE("an event retried by hand goes before the later one of its transaction that waits", "[dispatch]") {
    test::chaos_sink sink;
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() +
                     "\", order_by: transaction, retry: { initial: 1h, max_delay: 2h, jitter: none } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: crm }\n";
    daemon_fixture daemon(setup);
    const auto of_one = [](const char* type) { return event::make_sample(type, {.seed = 7}).value(); };
    sink.next(test::http_reply(400, ""));
    sink.next(test::http_reply(503, ""));
    const auto first = of_one("transaction.lifecycle.started");
    const auto second = of_one("transaction.lifecycle.completed");
    REQUIRE(daemon.post(first).status == 200);
    REQUIRE(daemon.post(second).status == 200);
    REQUIRE(wait_for_condition([&] { return ask(daemon, "/v1/deliveries/2")["attempts"].GetInt64() == 1; }));
    CHECK(ask(daemon, "/v1/deliveries/retry?state=failed", "POST")["retried"].GetInt64() == 1);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));
    REQUIRE(sink.requests().size() == 4);
    CHECK(sink.requests()[2].body == first);
    CHECK(sink.requests()[3].body == second);
}
