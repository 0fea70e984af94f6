#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace webhookd;

TEST_CASE("a configuration tells what in it is a secret, wherever it came from", "[config]") {
    test::config_world world;
    world.environment = {{"TOKEN", "from-environment"}, {"ADDRESS", "127.0.0.1:8080"}};
    world.files = {{"/run/secret", "from-file\n"}};
    const auto loaded = test::load_sections(R"(
server: {listen: ["${env:ADDRESS}"]}
storage: {url: "postgresql://webhookd:h%40sh@db1:5432,db2:5432/events?sslmode=require", password: "pg-secret"}
handlers:
  crm:
    type: forward
    url: "https://me:p%40ss@crm.example/hook?signature=0123456789"
    headers: {Authorization: "Basic bWU6c2VzYW1l", X-Api-Key: plain-key, X-Note: "${file:/run/secret}", Via: x}
    sign: {secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}
  tool: {type: shell, argv: [/bin/true], env: {TOKEN: "${env:TOKEN}"}}
routes: [{name: r, match: "*", handlers: [crm, tool]}]
)",
                                            world);
    REQUIRE(loaded.value);
    const auto has = [&](const char* secret) {
        return std::find(loaded.secrets.begin(), loaded.secrets.end(), secret) != loaded.secrets.end();
    };
    for (const auto* secret : {"from-environment", "from-file", "h%40sh", "h@sh", "pg-secret", "p@ss",
                               "p%40ss", "me:p@ss", "0123456789", "Basic bWU6c2VzYW1l", "bWU6c2VzYW1l",
                               "me:sesame", "sesame", "plain-key", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
                               "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "0123456789abcdef01234567"}) {
        CAPTURE(secret);
        CHECK(has(secret));
    }
    for (const auto* open : {"127.0.0.1:8080", "x", "", "/bin/true", "webhookd", "events"})
        CHECK_FALSE(has(open));
}

TEST_CASE("what a reference stands for is a secret whatever its key is called", "[config]") {
    test::config_world world;
    for (const auto* name : {"PATH_PART", "HEADER_USER", "HEADER_NAME", "CA_FILE", "ENV_NAME", "ENV_FILE",
                             "ENV_DIRECTORY", "USER", "FOLDER", "OPEN_NAME", "OPEN_ROUTE", "OPEN_INSTANCE"})
        world.environment[name] = std::string("value-of-") + name;
    world.files = {{"/keys", "value-of-KEYS\n"}, {"/run/credentials/log", "value-of-LOG\n"}};
    world.credentials_directory = "/run/credentials";
    const auto loaded = test::load_config(R"(
server: {instance: "${env:OPEN_INSTANCE}"}
endpoints:
  - {name: "${env:OPEN_NAME}", path: "/hooks/${env:PATH_PART}", signature: {jwks: {file: "/${file:/keys}"}}}
handlers:
  crm:
    type: forward
    url: "https://crm.example/hook"
    headers: {user: "${env:HEADER_USER}", name: "${env:HEADER_NAME}"}
    ca_file: "/${env:CA_FILE}"
  tool:
    type: shell
    argv: [/bin/true]
    env: {name: "${env:ENV_NAME}", token_file: "${env:ENV_FILE}", a_directory: "${env:ENV_DIRECTORY}"}
    user: "${env:USER}"
    working_directory: "/${env:FOLDER}"
  lines: {type: log, file: "/var/log/${credential:log}"}
routes: [{name: "${env:OPEN_ROUTE}", match: "*", handlers: [crm, tool, lines]}]
)",
                                          world);
    const auto lines = test::config_lines(loaded);
    INFO((lines.empty() ? std::string("no diagnostics") : lines.front()));
    REQUIRE(loaded.value);
    const auto has = [&](const std::string& name) {
        return std::ranges::find(loaded.secrets, "value-of-" + name) != loaded.secrets.end();
    };
    for (const auto* secret : {"PATH_PART", "HEADER_USER", "HEADER_NAME", "CA_FILE", "ENV_NAME", "ENV_FILE",
                               "ENV_DIRECTORY", "USER", "FOLDER", "KEYS", "LOG"}) {
        CAPTURE(secret);
        CHECK(has(secret));
    }
    // What events, metrics and every line of the log are told apart by.
    for (const auto* open : {"OPEN_NAME", "OPEN_ROUTE", "OPEN_INSTANCE"}) {
        CAPTURE(open);
        CHECK_FALSE(has(open));
    }
}
