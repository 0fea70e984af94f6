#include <webhookd/signature/signer.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/signature_keys.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace webhookd;
using test::ask;
using test::contains;
using test::daemon_fixture;
using test::daemon_setup;
using test::keep;
using test::run_at;
using test::sample;

namespace {

void replace(daemon_fixture& daemon, const std::string& text, const std::string& instead) {
    auto yaml = test::read_text(daemon.config_file());
    const auto at = yaml.find(text);
    REQUIRE(at != std::string::npos);
    yaml.replace(at, text.size(), instead);
    test::write_text(daemon.config_file(), yaml);
}

} // namespace

TEST_CASE("a reload over the API is in force when it is answered", "[admin][reload]") {
    daemon_fixture daemon;
    replace(daemon, "  audit: { type: log, level: info }\n",
            "  audit: { type: log, level: info }\n  second: { type: log }\n");
    replace(daemon, "handlers: [audit]", "handlers: [second]");
    const auto answer = ask(daemon, "/v1/reload", "POST");
    CHECK(std::string(answer["object"].GetString()) == "reload");
    CHECK(answer["needs_restart"].Empty());
    REQUIRE(answer["warnings"].Size() == 1); // nothing uses `audit` any more
    CHECK_THAT(answer["warnings"][0].GetString(),
               Catch::Contains("webhookd.yaml:") && Catch::Contains("audit"));
    const auto id = keep(daemon, "action.opened", 1);
    CHECK(test::count_deliveries(daemon, "handler=second&event=" + id) == 1);
    CHECK(test::count_deliveries(daemon, "handler=audit&event=" + id) == 0);

    replace(daemon, "server:\n", "server:\n  threads: 3\n");
    const auto later = ask(daemon, "/v1/reload", "POST");
    REQUIRE(later["needs_restart"].Size() == 1);
    CHECK(std::string(later["needs_restart"][0].GetString()) == "server");
}

TEST_CASE("a reload of a file with mistakes tells them all and changes nothing", "[admin][reload]") {
    daemon_fixture daemon;
    const auto good = test::read_text(daemon.config_file());
    replace(daemon, "server:\n", "server:\n  listem: []\n");
    replace(daemon, "handlers: [audit]", "handlers: [adit]");
    test::http_connection admin(daemon.admin_port());
    const auto answer = admin.exchange("POST", "/v1/reload");
    CHECK(answer.status == 422);
    CHECK(answer.headers.at("content-type") == "application/problem+json");
    CHECK_THAT(answer.body, Catch::Contains("server.listem") && Catch::Contains("adit"));

    const auto told = run_at(daemon.admin_port(), {"reload"});
    CHECK(told.code == 78);
    CHECK_THAT(told.err, Catch::Contains("webhookd.yaml:2:3: server.listem"));
    const auto id = keep(daemon, "action.opened", 1);
    CHECK(test::count_deliveries(daemon, "handler=audit&event=" + id) == 1);

    test::write_text(daemon.config_file(), good);
    const auto mended = run_at(daemon.admin_port(), {"reload"});
    CHECK(mended.code == 0);
    CHECK(mended.out == "the configuration is reloaded\n");
}

TEST_CASE("a handler that cannot start makes a reload fail, and nothing changes", "[admin][reload]") {
    daemon_fixture daemon;
    replace(daemon, "audit: { type: log, level: info }", "audit: { type: log, file: /nowhere/at/all }");
    const auto told = run_at(daemon.admin_port(), {"reload"});
    CHECK(told.code == 78);
    CHECK_THAT(told.err, Catch::Contains("/nowhere/at/all"));
    keep(daemon, "action.opened", 1);
    CHECK(daemon.says(R"("handler":"audit")"));
}

TEST_CASE("only admins reload", "[admin][reload]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops;
    daemon_fixture daemon(setup);
    test::http_connection admin(daemon.admin_port());
    CHECK(admin.exchange("POST", "/v1/reload").status == 401);
    CHECK(admin.exchange("POST", "/v1/reload", {{"Authorization", "Bearer viewer"}}).status == 403);
    CHECK(admin.exchange("POST", "/v1/reload", {{"Authorization", "Bearer ops"}}).status == 200);
    CHECK(admin.exchange("POST", "/v1/reload?x=1", {{"Authorization", "Bearer ops"}}).status == 400);
    CHECK(daemon.says(R"("a reload is asked for","by":"ops")"));
    CHECK(run_at(daemon.admin_port(), {"reload", "--token", "viewer"}).code == 77);
}

TEST_CASE("callers of many reloads at once are all answered", "[admin][reload]") {
    daemon_fixture daemon;
    std::vector<std::thread> callers;
    std::atomic<int> answered = 0;
    for (int i = 0; i < 8; ++i)
        callers.emplace_back([&] {
            test::http_connection admin(daemon.admin_port());
            for (int k = 0; k < 5; ++k)
                if (admin.exchange("POST", "/v1/reload").status == 200) ++answered;
        });
    for (auto& each : callers)
        each.join();
    CHECK(answered == 40);
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a reload fetches the key sets again, so that a key taken out of a file vouches for nothing",
          "[admin][reload]") {
    daemon_fixture daemon;
    const auto other = test::kept_key("other", 2048);
    const auto body = sample("action.opened", 1);
    CHECK(daemon.post(body).status == 200);
    test::write_text(daemon.directory() / "jwks.json", other.jwks());
    ask(daemon, "/v1/reload", "POST");
    CHECK(test::wait_for_condition([&] { return daemon.post(body).status == 401; }));
    CHECK(daemon.post(body, other.sign(body)).status == 200);
}
