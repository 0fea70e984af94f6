#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;

namespace {

daemon_setup with_routes() {
    daemon_setup setup;
    setup.handlers = "  crm: { type: log }\n  audit: { type: log }\n";
    setup.routes =
        "  - { name: refusals, match: action.stalled, handlers: [crm] }\n"
        "  - { name: secret, match: \"transaction.*\", when: { /payload/object/state: \"${env:STATE}\" }, "
        "handlers: [crm] }\n"
        "  - { name: ends, match: [\"transaction.lifecycle.*\", \"!*.created\"], handlers: [crm, audit], "
        "final: true }\n"
        "  - { name: rest, match: \"*\", handlers: [audit] }\n";
    setup.environment = {"STATE=HUSH"};
    return setup;
}

test::http_answer explain(daemon_fixture& daemon, const std::string& question) {
    test::http_connection connection(daemon.admin_port());
    return connection.exchange("POST", "/v1/routes/explain", {{"Content-Type", "application/json"}},
                               question);
}

std::string quoted(const std::string& text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.c_str());
    return buffer.GetString();
}

/// A line for each route, and the handlers.
std::string summary(const rapidjson::Document& answer) {
    std::string lines;
    for (const auto& each : answer["routes"].GetArray())
        lines += std::string(each["matches"].GetBool() ? "yes " : "no ") + each["name"].GetString() + ": " +
                 each["reason"].GetString() + '\n';
    for (const auto& each : answer["handlers"].GetArray())
        lines += std::string(each.GetString()) + ' ';
    return lines;
}

} // namespace

TEST_CASE("routes are explained for a kept event and for its body alone, as check-config explains them",
          "[admin]") {
    daemon_fixture daemon(with_routes());
    const auto id = test::keep(daemon, "transaction.lifecycle.completed", 1);
    const auto kept = explain(daemon, R"({"event":")" + id + "\"}");
    REQUIRE(kept.status == 200);
    CHECK(kept.body.find("HUSH") == std::string::npos);
    CHECK(summary(test::parse(kept.body)) ==
          "no refusals: only for action.stalled\n"
          "no secret: /payload/object/state is \"completed\", wanted \"${env:STATE}\"\n"
          "yes ends: transaction.lifecycle.* matches\n"
          "no rest: route ends is final\n"
          "crm audit ");

    const auto body = test::sample("transaction.lifecycle.completed", 1);
    for (const auto& question : {R"({"body":)" + body + "}", R"({"body":)" + quoted(body) + "}"})
        CHECK(summary(test::parse(explain(daemon, question).body)) == summary(test::parse(kept.body)));
    CHECK(test::count_deliveries(daemon, "event=" + id) == 2); // those of its arrival, and no others
    CHECK(explain(daemon, R"({"body":"{}"})").status == 400);
    CHECK(explain(daemon, R"({"event":"evt_none"})").status == 404);
    CHECK(explain(daemon, std::string(100'000, ' ')).status == 413);
}

TEST_CASE("routes are explained as they are after a reload", "[admin]") {
    daemon_fixture daemon(with_routes());
    const auto question = R"({"body":)" + test::sample("action.stalled", 1) + "}";
    CHECK(summary(test::parse(explain(daemon, question).body)).ends_with("\ncrm audit "));
    auto yaml = test::read_text(daemon.config_file());
    const std::string before = "match: action.stalled";
    yaml.replace(yaml.find(before), before.size(), "match: action.closed");
    test::write_text(daemon.config_file(), yaml);
    test::ask(daemon, "/v1/reload", "POST");
    CHECK(summary(test::parse(explain(daemon, question).body)).ends_with("\naudit "));
}

TEST_CASE("an event that the endpoint leaves out is explained as left out", "[admin]") {
    daemon_setup setup;
    test::temp_directory directory;
    setup.directory = directory.path();
    setup.endpoints =
        "endpoints:\n  - { name: ours, path: /webhooks/universign, only: { workspace: [Elsewhere], strict: "
        "true }, signature: { jwks: { file: \"" +
        (directory / "jwks.json").string() +
        "\" } } }\n"
        "  - { name: trial, path: /trial, signature: { mode: disabled } }\n";
    setup.routes = "  - { name: here, match: \"*\", endpoint: trial, handlers: [audit] }\n"
                   "  - { name: all, match: \"*\", handlers: [audit] }\n";
    daemon_fixture daemon(setup);
    const auto body = test::sample("action.opened", 1);
    const auto left_out = test::parse(explain(daemon, R"({"endpoint":"ours","body":)" + body + "}").body);
    CHECK(left_out["left_out"].IsString());
    CHECK(left_out["routes"].Empty());
    CHECK(left_out["handlers"].Empty());
    CHECK(summary(test::parse(explain(daemon, R"({"endpoint":"trial","body":)" + body + "}").body)) ==
          "yes here: * matches\nyes all: * matches\naudit ");
    // Of several endpoints none can be guessed.
    const auto nowhere = test::parse(explain(daemon, R"({"body":)" + body + "}").body);
    CHECK(nowhere["endpoint"].IsNull());
    CHECK(summary(nowhere) == "no here: only at endpoint trial\nyes all: * matches\naudit ");
}

TEST_CASE("a sent configuration is checked and tried without a look at this host, and changes nothing",
          "[admin]") {
    daemon_fixture daemon(with_routes());
    test::http_connection connection(daemon.admin_port());
    const std::string yaml = "endpoints: [{ name: e, path: /e, signature: { mode: disabled } }]\n"
                             "handlers: { a: { type: forward, url: \"${env:STATE}\" } }\n"
                             "routes: [{ name: mine, match: action.stalled, handlers: [a] }]\n";
    const auto ask = [&](const std::string& path, const std::string& more, const std::string& text) {
        return connection.exchange("POST", path, {{"Content-Type", "application/json"}},
                                   "{" + more + "\"configuration\":" + quoted(text) + "}");
    };
    const auto good = test::parse(ask("/v1/configuration/check", "", yaml).body);
    CHECK(good["valid"].GetBool());
    const auto body = "\"body\":" + test::sample("action.stalled", 1) + ",";
    const auto tried = ask("/v1/routes/explain", body, yaml);
    CHECK(summary(test::parse(tried.body)) == "yes mine: action.stalled matches\na ");
    CHECK(tried.body.find("HUSH") == std::string::npos);

    const auto bad = ask("/v1/configuration/check", "", yaml + "rotues: []\n");
    CHECK(bad.status == 200);
    const auto told = test::parse(bad.body);
    CHECK_FALSE(told["valid"].GetBool());
    const auto& mistake = told["data"][0];
    CHECK(mistake["line"].GetInt() == 4);
    CHECK(std::string(mistake["message"].GetString()).find("did you mean") != std::string::npos);
    const auto refused = ask("/v1/routes/explain", body, yaml + "rotues: []\n");
    CHECK(refused.status == 422);
    CHECK(refused.body.find("configuration:4:1: rotues") != std::string::npos);
    // What is in force is as it was.
    CHECK(summary(test::parse(explain(daemon, R"({"body":)" + test::sample("action.stalled", 1) + "}").body))
              .starts_with("yes refusals: action.stalled matches\n"));
}
