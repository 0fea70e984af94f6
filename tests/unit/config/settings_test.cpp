#include <webhookd/config/settings.hpp>

#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace webhookd;
using test::config_world;
using test::load_sections;

namespace {

/// `KEY = VALUE (ORIGIN)`, with a `*` before what is masked; `none` for a key without a value.
std::string shown(const config::loaded& loaded, const std::string& key) {
    const auto& all = loaded.settings.data;
    const auto found = std::ranges::find(all, key, &config::setting::key);
    if (found == all.end()) return "none";
    CHECK(std::ranges::count(all, key, &config::setting::key) == 1);
    return (found->masked ? "*" : "") + found->value + " (" + found->origin + ")";
}

config::loaded load(const std::string& yaml, const config_world& world = {}) {
    auto loaded = load_sections(yaml, world);
    INFO(Catch::StringMaker<std::vector<std::string>>::convert(test::config_lines(loaded)));
    REQUIRE(loaded.value);
    return loaded;
}

std::string everything(const config::loaded& loaded) {
    std::string all;
    for (const auto& each : loaded.settings.data)
        all += each.key + ' ' + each.value + ' ' + each.origin + '\n';
    return all;
}

} // namespace

TEST_CASE("every kind of value is listed with its file and line, and in one way of writing", "[config]") {
    const auto loaded = load(R"(server:
  listen: ["127.0.0.1:1", "unix:/run/a b.sock"]
  threads: 2
  limits: { body: 1024KiB, header_timeout: 60s }
admin: { public: [health], tokens: [{ name: ops, role: admin,
  sha256: 2C26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae }] }
storage: { retention: { events: forever } }
log: { level: warn }
handlers:
  a: { type: log, include: payload, retry: { factor: 1.5, jitter: none } }
routes:
  - { name: r, match: action.*, when: { /payload/object/state: [open, "o\"k"] }, handlers: a, final: true }
)");
    CHECK(shown(loaded, "server.listen") == R"(["127.0.0.1:1","unix:/run/a b.sock"] (c.yaml:2))");
    CHECK(shown(loaded, "server.threads") == "2 (c.yaml:3)");
    CHECK(shown(loaded, "server.limits.body") == R"("1MiB" (c.yaml:4))");
    CHECK(shown(loaded, "server.limits.header_timeout") == R"("1m" (c.yaml:4))");
    CHECK(shown(loaded, "admin.public") == R"(["health"] (c.yaml:5))");
    CHECK(shown(loaded, "admin.tokens[0].role") == R"("admin" (c.yaml:5))");
    CHECK(shown(loaded, "admin.tokens[0].sha256") == R"(*"***" (c.yaml:6))");
    CHECK(shown(loaded, "storage.retention.events") == R"("forever" (c.yaml:7))");
    CHECK(shown(loaded, "log.level") == R"("warning" (c.yaml:8))");
    CHECK(shown(loaded, "handlers.a.type") == R"("log" (c.yaml:10))");
    CHECK(shown(loaded, "handlers.a.include") == R"("payload" (c.yaml:10))");
    CHECK(shown(loaded, "handlers.a.retry.factor") == "1.5 (c.yaml:10)");
    CHECK(shown(loaded, "handlers.a.retry.jitter") == R"("none" (c.yaml:10))");
    CHECK(shown(loaded, "routes[0].match") == R"(["action.*"] (c.yaml:12))");
    CHECK(shown(loaded, "routes[0].when") ==
          R"("/payload/object/state is one of: \"open\", \"o\"k\"" (c.yaml:12))");
    CHECK(shown(loaded, "routes[0].final") == "true (c.yaml:12)");
    CHECK(shown(loaded, "endpoints[0].signature.jwks.file") == R"("k" (c.yaml:13))");
    CHECK(loaded.files == std::vector<std::string>{"c.yaml"});
    CHECK_FALSE(loaded.settings.has_more);
}

TEST_CASE("what counts where a key is absent is listed as the default", "[config]") {
    const auto loaded =
        load("handlers: { a: { type: log } }\nroutes: [{name: r, match: '*', handlers: a}]\n");
    for (const std::string line : {R"(server.listen ["127.0.0.1:8080"])",
                                   R"(server.trusted_proxies ["127.0.0.1/32","::1/128"])",
                                   "server.allowed_sources []",
                                   R"(server.limits.idle_timeout "75s")",
                                   R"(server.shutdown_grace "20s")",
                                   R"(admin.listen ["127.0.0.1:8081"])",
                                   R"(admin.public ["health","metrics"])",
                                   "admin.tokens []",
                                   "queue.max_pending 1000000",
                                   R"(storage.url "sqlite:/var/lib/universign-webhookd/events.db")",
                                   R"(storage.retention.payloads "90d")",
                                   R"(universign.api.url "https://api.universign.com")",
                                   R"(handlers.a.retry.max_delay "1h")",
                                   "handlers.a.retry.factor 2",
                                   R"(handlers.a.level "info")",
                                   R"(handlers.a.on_failure "skip")",
                                   "routes[0].final false",
                                   R"(log.format "json")",
                                   R"(endpoints[0].signature.mode "required")",
                                   R"(endpoints[0].signature.jwks.refresh "10m")"}) {
        INFO(line);
        CHECK_THAT(everything(loaded), Catch::Contains(line + " default\n"));
    }
    // What is off or has no default has no value to show.
    for (const std::string key : {"server.tls.certificate", "handlers.a.circuit_breaker.failures",
                                  "handlers.a.retry.max_age", "handlers.a.format", "handlers.a.include",
                                  "endpoints[0].only.strict", "universign.api.key", "routes[0].when"}) {
        INFO(key);
        CHECK(shown(loaded, key) == "none");
    }
}

TEST_CASE("a value from a variable has the variable's name as its origin", "[config]") {
    config_world world;
    world.environment = {{"UNIVERSIGN_WEBHOOKD_SERVER__THREADS", "7"},
                         {"UNIVERSIGN_WEBHOOKD_LOG__LEVEL", "debug"},
                         {"UNIVERSIGN_WEBHOOKD_STORAGE__URL", "sqlite:/data/e.db"},
                         {"UNIVERSIGN_WEBHOOKD_SERVER__LISTEN", "[\"127.0.0.1:1\"]"},
                         {"UNIVERSIGN_WEBHOOKD_HANDLERS__A__TIMEOUT", "3s"},
                         {"UNIVERSIGN_WEBHOOKD_UNIVERSIGN__API__KEY", "hunter2"},
                         {"UNIVERSIGN_WEBHOOKD_UNIVERSIGN__API__URL", "https://hunter2.example"}};
    const auto loaded =
        load("handlers: { a: { type: log } }\nroutes: [{name: r, match: '*', handlers: a}]\n", world);
    CHECK(shown(loaded, "server.threads") == "7 (UNIVERSIGN_WEBHOOKD_SERVER__THREADS)");
    CHECK(shown(loaded, "log.level") == R"("debug" (UNIVERSIGN_WEBHOOKD_LOG__LEVEL))");
    CHECK(shown(loaded, "storage.url") == R"("sqlite:/data/e.db" (UNIVERSIGN_WEBHOOKD_STORAGE__URL))");
    CHECK(shown(loaded, "server.listen") == R"(["127.0.0.1:1"] (UNIVERSIGN_WEBHOOKD_SERVER__LISTEN))");
    CHECK_THAT(shown(loaded, "handlers.a.timeout"),
               Catch::EndsWith(" (UNIVERSIGN_WEBHOOKD_HANDLERS__A__TIMEOUT)"));
    CHECK(shown(loaded, "universign.api.key") == R"(*"***" (UNIVERSIGN_WEBHOOKD_UNIVERSIGN__API__KEY))");
    CHECK(shown(loaded, "universign.api.url") == R"(*"${env:UNIVERSIGN_WEBHOOKD_UNIVERSIGN__API__URL}")"
                                                 " (UNIVERSIGN_WEBHOOKD_UNIVERSIGN__API__URL)");
    CHECK(everything(loaded).find("hunter2") == std::string::npos);
}

TEST_CASE("a secret is listed nowhere, wherever a configuration can hold one", "[config]") {
    config_world world;
    world.environment["S"] = "HUSH-of-env";
    world.environment["URL"] = "https://u:HUSH@h.example/";
    world.files["/s"] = "HUSH-of-file";
    const auto loaded = load(R"(
admin: { tokens: [{ name: a, role: admin, sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae }] }
universign: { api: { key: HUSH-literal } }
handlers:
  crm:
    type: forward
    url: "https://user:HUSH@crm.example/a/HUSH0a1B2c3D4e5F6g7H8/b?token=HUSH-query&plain&x="
    headers: { Authorization: "Bearer HUSH", X-Whatever: "HUSH", X-Env: "a ${env:S} HUSH" }
    sign: { secret: "whsec_HUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSH" }
  old:
    type: forward
    url: "${env:URL}"
    sign: { secrets: ["whsec_HUSHHUSHHUSHHUSHHUSHHUSHHUSHHUSH"] }
  s:
    type: shell
    command: "curl https://me:HUSH@h.example/?k=HUSH&b=HUSH -H ${env:S} \"$TOKEN\""
    env: { TOKEN: HUSH, OTHER: "${file:/s}" }
    user: "${env:S}"
  t: { type: shell, argv: [/bin/true, "--token=${file:/s}", plain], working_directory: "/${env:S}" }
routes:
  - name: r
    match: "*"
    when: { /a: "${env:S}", /b: { matches: "^${file:/s}" }, not: { /c: { one_of: [x, "${env:S}"] } } }
    handlers: [crm, old, s, t]
)",
                             world);
    INFO(everything(loaded));
    CHECK(everything(loaded).find("HUSH") == std::string::npos);
    CHECK(everything(loaded).find("2c26b46b") == std::string::npos);
    for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
             {"handlers.crm.url", R"("https://***@crm.example/a/***/b?token=***&***&x=")"},
             {"handlers.crm.headers.Authorization", R"("***")"},
             {"handlers.crm.sign.secret", R"("***")"},
             {"handlers.old.sign.secrets", R"(["***"])"},
             {"handlers.old.url", R"("${env:URL}")"},
             {"handlers.s.command", R"("curl https://***@h.example/?k=***&b=*** -H ${env:S} \"$TOKEN\"")"},
             {"handlers.s.env.TOKEN", R"("***")"},
             {"handlers.s.env.OTHER", R"("***")"},
             {"handlers.s.user", R"("${env:S}")"},
             {"handlers.t.argv", R"(["/bin/true","--token=${file:/s}","plain"])"},
             {"handlers.t.working_directory", R"("/${env:S}")"},
         }) {
        CHECK_THAT(shown(loaded, key), Catch::StartsWith("*" + value));
    }
    CHECK_THAT(shown(loaded, "routes[0].when"),
               Catch::StartsWith("*") && Catch::Contains("${env:S}") && Catch::Contains("^${file:/s}"));
}

TEST_CASE("a path that nobody can guess is not shown whole, and words are", "[config]") {
    const auto loaded = test::load_config(R"(
endpoints:
  - { name: a, path: /webhooks/5f2c0a9b7d3e4c1f8a6b, signature: { jwks: { file: k } } }
  - { name: b, path: /webhooks/universign-production, signature: { jwks: { url: "https://x.example/v1/webhooks/jwks.json" } } }
)");
    REQUIRE(loaded.value);
    CHECK(shown(loaded, "endpoints[0].path") == R"(*"/webhooks/***" (c.yaml:3))");
    CHECK(shown(loaded, "endpoints[1].path") == R"("/webhooks/universign-production" (c.yaml:4))");
    CHECK(shown(loaded, "endpoints[1].signature.jwks.url") ==
          R"("https://x.example/v1/webhooks/jwks.json" (c.yaml:4))");
}

TEST_CASE("the list has a bound, whatever a file holds", "[config]") {
    std::string yaml = "handlers:\n";
    std::string names;
    for (int i = 0; i < 2000; ++i) {
        const auto name = "h" + std::to_string(i);
        yaml += "  " + name + ": { type: log }\n";
        names += name + ", ";
    }
    const auto loaded = load(yaml + "routes: [{ name: r, match: '*', handlers: [" + names + "] }]\n");
    CHECK(loaded.settings.data.size() == config::most_settings);
    CHECK(loaded.settings.has_more);
}

TEST_CASE("after a reload what needs a restart is listed as it still is", "[config]") {
    const std::string handler =
        "handlers: { a: { type: log } }\nroutes: [{name: r, match: '*', handlers: a}]\n";
    const auto before =
        load("server: { threads: 1, limits: { body: 1MiB } }\nlog: { level: info }\n" + handler);
    const auto after =
        load("\nserver: { threads: 2, limits: { body: 2MiB } }\nlog: { level: debug }\n" + handler);
    const auto changed = config::changed_keys(before.value->fixed, after.value->fixed);
    REQUIRE(changed == std::vector<std::string>{"server"});
    config::loaded now;
    now.settings = config::in_force(before.settings, after.settings, changed);
    CHECK(shown(now, "server.threads") == "1 (c.yaml:1)");
    CHECK(shown(now, "server.shutdown_grace") == R"("20s" (default))");
    CHECK(shown(now, "server.limits.body") == R"("2MiB" (c.yaml:2))");
    CHECK(shown(now, "log.level") == R"("debug" (c.yaml:3))");
    CHECK(now.settings.data.size() == after.settings.data.size());

    now.settings = config::in_force(before.settings, after.settings, {});
    CHECK(shown(now, "server.threads") == "2 (c.yaml:2)");
}

TEST_CASE("every key is either fixed or replaced by a reload, as the configuration's types have it",
          "[config]") {
    for (const std::string key : {"server.listen", "server.threads", "endpoints[0].path", "storage.url",
                                  "log.format", "admin.listen", "queue.max_in_memory", "endpoints"})
        CHECK(config::is_fixed(key));
    for (const std::string key :
         {"server.limits.body", "server.tls.certificate", "admin.tokens[0].name", "storage.retention.events",
          "log.level", "queue.max_pending", "handlers.endpoints.url", "routes[0].name", "servers"})
        CHECK_FALSE(config::is_fixed(key));
}
