#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/scrape.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using test::ask;
using test::contains;
using test::daemon_fixture;
using test::daemon_setup;
using test::sample;
using test::wait_for_condition;

namespace {

/// A daemon of which the endpoint `production` takes only what `only` says. The key set lies where the
/// fixture puts it.
daemon_setup taking(const test::temp_directory& directory, const std::string& only) {
    daemon_setup setup;
    setup.directory = directory.path();
    setup.endpoints = "endpoints:\n  - name: production\n    path: /webhooks/universign\n"
                      "    signature: { jwks: { file: \"" +
                      (directory.path() / "jwks.json").string() + "\" } }\n    only: " + only + "\n";
    return setup;
}

std::string created_by(const std::string& workspace, std::uint64_t seed,
                       const std::string& type = "transaction.lifecycle.completed") {
    return sample(type, seed, {{"/payload/object/creator/workspace_name", workspace}});
}

std::string nameless(std::uint64_t seed) {
    return R"({"id":"evt_nameless)" + std::to_string(seed) + R"(","type":"apikey.deleted"})";
}

std::int64_t kept(daemon_fixture& daemon) {
    return ask(daemon, "/v1/events/count")["events"].GetInt64();
}

double ignored(daemon_fixture& daemon, const std::string& reason) {
    return test::scrape(
        daemon)["webhookd_events_ignored_total{endpoint=\"production\",reason=\"" + reason + "\"}"];
}

} // namespace

TEST_CASE("an authentic event of another workspace is answered 200, kept nowhere, counted and logged",
          "[ingest][workspace]") {
    const test::temp_directory directory;
    daemon_fixture daemon(taking(directory, "{ workspace: [\"ACME Legal\", wsp_1] }"));
    CHECK(ignored(daemon, "foreign-workspace") == 0);
    const auto answer = daemon.post(created_by("Other SARL", 1));
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("content-type") == "application/json");
    CHECK_THAT(answer.body, Catch::StartsWith(R"({"status":"ignored","event":"evt_)"));
    CHECK(contains(daemon.post(R"({"id":"evt_2","type":"a.b","tenant_id":"wsp_2"})").body, "ignored"));
    CHECK(kept(daemon) == 0);
    CHECK(test::count_deliveries(daemon, "") == 0);
    CHECK(ignored(daemon, "foreign-workspace") == 2);
    CHECK(ignored(daemon, "workspace-missing") == 0);
    CHECK(wait_for_condition([&] {
        return contains(daemon.stderr_text(), R"("reason":"foreign-workspace","event":"evt_)") &&
               contains(daemon.stderr_text(), R"("workspace":"Other SARL")") &&
               contains(daemon.stderr_text(), R"("workspace":"wsp_2")");
    }));
    // What is not proven is not even looked at.
    CHECK(daemon.post(created_by("Other SARL", 3), "").status == 401);
    CHECK(ignored(daemon, "foreign-workspace") == 2);

    const auto ours = created_by("ACME Legal", 1);
    CHECK(contains(daemon.post(ours).body, R"("status":"accepted")"));
    CHECK(contains(daemon.post(ours).body, R"("status":"duplicate")"));
    CHECK(contains(daemon.post(R"({"id":"evt_3","type":"a.b","tenant_id":"wsp_1"})").body, "accepted"));
    CHECK(contains(daemon.post(nameless(1)).body, "accepted"));
    CHECK(kept(daemon) == 3);
    CHECK(wait_for_condition([&] { return test::count_deliveries(daemon, "state=successful") == 3; }));
    CHECK(daemon.terminate() == 0);
    CHECK(test::count_events(daemon.database()) == 3);
    CHECK(contains(daemon.stderr_text(), R"("ignored":2)"));
}

TEST_CASE("a strict endpoint leaves out events that name no workspace", "[ingest][workspace]") {
    const test::temp_directory directory;
    daemon_fixture daemon(taking(directory, "{ workspace: ACME Legal, strict: true }"));
    CHECK(contains(daemon.post(nameless(1)).body, R"({"status":"ignored","event":"evt_nameless1"})"));
    CHECK(contains(daemon.post(created_by("Other SARL", 1)).body, "ignored"));
    CHECK(contains(daemon.post(created_by("ACME Legal", 1)).body, "accepted"));
    CHECK(kept(daemon) == 1);
    CHECK(ignored(daemon, "workspace-missing") == 1);
    CHECK(ignored(daemon, "foreign-workspace") == 1);
    CHECK(wait_for_condition([&] {
        return contains(daemon.stderr_text(),
                        R"("reason":"workspace-missing","event":"evt_nameless1","workspace":"")");
    }));
}

TEST_CASE("a flood of another workspace's events fills neither the log nor a line of it",
          "[ingest][workspace]") {
    const test::temp_directory directory;
    daemon_fixture daemon(taking(directory, "{ workspace: ACME Legal }"));
    const std::string long_name = "\\u001b[31m" + std::string(50'000, 'x');
    for (int i = 0; i < 40; ++i)
        REQUIRE(daemon
                    .post(R"({"id":"evt_)" + std::to_string(i) + R"(","type":"a.b","workspace":")" +
                          long_name + R"("})")
                    .status == 200);
    CHECK(ignored(daemon, "foreign-workspace") == 40);
    CHECK(daemon.terminate() == 0);
    const auto log = daemon.stderr_text();
    CHECK(log.size() < 20'000);
    CHECK(contains(log, R"("workspace":"\u001b[31mxxx)"));
    CHECK(contains(log, "lines of one kind were held back"));
    CHECK(contains(log, R"("lines":30)"));
}

TEST_CASE("a change of whose events are wanted waits for a restart, and is named",
          "[ingest][workspace][reload]") {
    const test::temp_directory directory;
    daemon_fixture daemon(taking(directory, "{ workspace: ACME Legal }"));
    CHECK(contains(daemon.post(created_by("ACME Group", 1)).body, "ignored"));
    auto yaml = test::read_text(daemon.config_file());
    const std::string before = "workspace: ACME Legal";
    test::write_text(daemon.config_file(),
                     yaml.replace(yaml.find(before), before.size(), "workspace: [ACME Legal, ACME Group]"));
    const auto reloaded = ask(daemon, "/v1/reload", "POST");
    REQUIRE(reloaded["needs_restart"].Size() == 1);
    CHECK(std::string(reloaded["needs_restart"][0].GetString()) == "endpoints");
    CHECK(contains(daemon.post(created_by("ACME Group", 1)).body, "ignored"));
    daemon.restart();
    CHECK(contains(daemon.post(created_by("ACME Group", 1)).body, "accepted"));
    CHECK(contains(daemon.post(created_by("ACME Legal", 2)).body, "accepted"));
    CHECK(kept(daemon) == 2);
}

TEST_CASE("trigger tells ignored events from accepted ones, and how to make them the workspace's own",
          "[cli][workspace]") {
    const test::temp_directory directory;
    daemon_fixture daemon(taking(directory, "{ workspace: ACME Legal }"));
    test::write_text(directory.path() / "key.pem", test::shared_key().private_pem());
    const auto trigger = [&](std::vector<std::string> more) {
        std::vector<std::string> call{"trigger",
                                      "--url",
                                      "http://127.0.0.1:" + std::to_string(daemon.ingest_port()) +
                                          "/webhooks/universign",
                                      "--key",
                                      (directory.path() / "key.pem").string(),
                                      "transaction.lifecycle.completed"};
        call.insert(call.end(), more.begin(), more.end());
        return test::run(std::move(call));
    };
    const auto other = trigger({});
    CHECK(other.code == 0);
    CHECK(contains(other.out, "  200  ignored  "));
    CHECK(contains(other.out, "1 posted: 0 accepted, 0 duplicate, 1 ignored, 0 refused\n"));
    CHECK(contains(other.err, "--set /payload/object/creator/workspace_name="));
    const auto own = trigger({"--set", "/payload/object/creator/workspace_name=ACME Legal", "--json"});
    CHECK(contains(own.out, R"({"posted":1,"accepted":1,"duplicate":0,"ignored":0,"refused":0})"));
    CHECK(own.err.empty());
    CHECK(kept(daemon) == 1);
}
