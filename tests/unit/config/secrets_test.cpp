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
