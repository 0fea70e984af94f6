#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace webhookd;
using test::ask;
using test::daemon_fixture;
using test::daemon_setup;

namespace {

/// `VALUE ORIGIN`, a `*` before what is masked.
std::string setting(const rapidjson::Document& answer, const std::string& key) {
    for (const auto& each : answer["data"].GetArray()) {
        if (each["key"].GetString() != key) continue;
        const auto& value = each["value"];
        return std::string(each["masked"].GetBool() ? "*" : "") +
               (value.IsString()   ? std::string(value.GetString())
                : value.IsNumber() ? std::to_string(value.GetInt())
                                   : "?") +
               " " + each["origin"].GetString();
    }
    return "none";
}

} // namespace

TEST_CASE(
    "the configuration in force is shown without a secret, to admins, on the command line and of a file",
    "[admin][config]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops;
    setup.handlers = R"(  crm:
    type: forward
    url: "http://user:HUSH-password@127.0.0.1:1/hooks/HUSH0a1B2c3D4e5F6g7H8?key=HUSH-query"
    headers: { Authorization: "Bearer HUSH-header", X-Env: "${env:TOKEN}" }
    sign: { secret: "${file:SECRET_FILE}" }
  tool:
    type: shell
    argv: [/bin/echo, "${env:TOKEN}", HUSH-header]
    env: { KEY: HUSH-env, OTHER: "${env:TOKEN}" }
)";
    setup.routes = "  - { name: all, match: \"*\", when: { /payload/object/x: \"${env:TOKEN}\" }, handlers: "
                   "[crm, tool] }\n";
    setup.sections = "universign: { api: { key: HUSH-key } }\n";
    setup.environment = {"TOKEN=HUSH-token", "UNIVERSIGN_WEBHOOKD_LOG__LEVEL=debug",
                         "UNIVERSIGN_WEBHOOKD_HANDLERS__TOOL__ENV__MORE=HUSH-variable"};
    test::temp_directory directory;
    test::write_text(directory / "secret", "whsec_HUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSH\n");
    const std::string placeholder = "SECRET_FILE";
    setup.handlers.replace(setup.handlers.find(placeholder), placeholder.size(),
                           (directory / "secret").string());
    daemon_fixture daemon(setup);

    test::http_connection connection(daemon.admin_port());
    const auto as = [&](const std::string& token) {
        return connection.exchange("GET", "/v1/configuration", {{"Authorization", "Bearer " + token}});
    };
    CHECK(as("viewer").status == 403);
    const auto answer = as("ops");
    REQUIRE(answer.status == 200);
    const auto shown = test::parse(answer.body);
    const auto file = daemon.config_file().string();
    CHECK(setting(shown, "log.level") == "debug UNIVERSIGN_WEBHOOKD_LOG__LEVEL");
    CHECK(setting(shown, "handlers.crm.url")
              .starts_with("*http://***@127.0.0.1:1/hooks/***?key=*** " + file + ":"));
    CHECK(setting(shown, "handlers.crm.sign.secret").starts_with("**** "));
    CHECK(setting(shown, "handlers.crm.timeout") == "10s default");
    CHECK(setting(shown, "server.threads") == "0 default");
    CHECK(setting(shown, "routes[0].when").find("${env:TOKEN}") != std::string::npos);
    CHECK(std::string(shown["files"][0].GetString()) == file);
    CHECK(shown["needs_restart"].Empty());

    std::vector<std::string> environment = setup.environment;
    environment.push_back("UNIVERSIGN_WEBHOOKD_TOKEN=ops");
    environment.push_back("UNIVERSIGN_WEBHOOKD_ADMIN=" + test::address(daemon.admin_port()));
    const auto of_daemon = test::run({"config", "show", "--origin"}, environment);
    const auto of_file = test::run({"config", "show", "--origin", file}, environment);
    const auto as_json = test::run({"config", "show", "--json", file}, environment);
    CHECK(of_daemon.code == 0);
    CHECK(of_file.code == 0);
    CHECK(of_daemon.out == of_file.out);
    CHECK_THAT(of_daemon.out, Catch::Contains("UNIVERSIGN_WEBHOOKD_HANDLERS__TOOL__ENV__MORE"));
    CHECK(setting(test::parse(as_json.out), "handlers.tool.env.KEY").starts_with("**** "));

    for (const auto& text : {answer.body, of_daemon.out, of_file.out, as_json.out, as_json.err}) {
        CHECK(text.find("HUSH") == std::string::npos);
        CHECK(text.find("d35ca505") == std::string::npos); // a token's digest
    }
}

TEST_CASE("after a reload the new configuration is shown, and what needs a restart as it still is",
          "[admin][config]") {
    daemon_setup setup;
    setup.server = "  threads: 1\n";
    setup.sections = "log: { level: info }\n";
    daemon_fixture daemon(setup);
    const auto before = ask(daemon, "/v1/configuration");
    CHECK(setting(before, "server.threads").starts_with("1 "));
    CHECK(setting(before, "log.level").starts_with("info "));

    auto changed = test::read_text(daemon.config_file());
    for (const auto& [text, instead] :
         {std::pair("threads: 1", "threads: 2"), {"level: info }\n", "level: warning }\n"}}) {
        const auto at = changed.rfind(text);
        REQUIRE(at != std::string::npos);
        changed.replace(at, std::string(text).size(), instead);
    }
    test::write_text(daemon.config_file(), changed);
    CHECK(ask(daemon, "/v1/reload", "POST")["needs_restart"].Size() == 1);
    const auto after = ask(daemon, "/v1/configuration");
    CHECK(setting(after, "log.level").starts_with("warning "));
    CHECK(setting(after, "server.threads").starts_with("1 "));
    CHECK(std::string(after["needs_restart"][0].GetString()) == "server");
    CHECK(std::string(after["loaded"].GetString()) > before["loaded"].GetString());

    // A file with a mistake changes nothing of it.
    test::write_text(daemon.config_file(), "nonsense: 1\n");
    CHECK_THROWS(ask(daemon, "/v1/reload", "POST"));
    CHECK(setting(ask(daemon, "/v1/configuration"), "log.level").starts_with("warning "));
    const auto of_file = test::run({"config", "show", daemon.config_file().string()});
    CHECK(of_file.code == 78);
    CHECK(of_file.out.empty());
    CHECK_THAT(of_file.err, Catch::Contains("webhookd.yaml:1:1: nonsense"));
}
