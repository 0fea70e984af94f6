#include <webhookd/routing/routing_table.hpp>

#include "support/conditions.hpp"
#include "support/config_fixture.hpp"
#include "support/paths.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <fstream>

using namespace webhookd;
using namespace webhookd::config;
using namespace std::chrono_literals;

TEST_CASE("the example of the product's description loads, and every value arrives", "[config]") {
    const auto loaded = test::load_config(test::product_example, test::product_world());
    CHECK(test::config_lines(loaded) ==
          std::vector{"c.yaml:21:11: endpoints[1].path: " + std::string(test::guessable_path)});
    REQUIRE(loaded.value);
    const auto& c = *loaded.value;

    CHECK(c.fixed.server.listen == std::vector{net::listen_address::tcp("127.0.0.1", 8080)});
    CHECK(c.fixed.server.threads == 0);
    CHECK(c.fixed.server.trusted_proxies ==
          std::vector{*net::cidr::parse("127.0.0.1"), *net::cidr::parse("::1")});
    CHECK(c.fixed.server.allowed_sources.empty());
    CHECK(c.reloadable.limits.body.bytes == 8 * 1024 * 1024);
    CHECK(c.reloadable.limits.bodies.bytes == 128 * 1024 * 1024);
    CHECK(c.fixed.admin_trusted_proxies.empty());
    CHECK(c.reloadable.admin.public_pages == public_pages{});
    CHECK(c.reloadable.limits.headers.bytes == 16 * 1024);
    CHECK(c.reloadable.limits.connections == 4096);
    CHECK(c.reloadable.limits.header_timeout == 10s);
    CHECK(c.reloadable.limits.body_timeout == 15s);
    CHECK(c.reloadable.limits.idle_timeout == 75s);
    CHECK(c.fixed.server.encrypted);
    REQUIRE(c.reloadable.tls);
    CHECK(c.reloadable.tls->certificate == "/path.pem");
    CHECK(c.fixed.server.shutdown_grace == 20s);

    CHECK(c.fixed.admin_listen == std::vector{net::listen_address::tcp("127.0.0.1", 8081)});
    REQUIRE(c.reloadable.admin.tokens.size() == 1);
    CHECK(c.reloadable.admin.tokens[0].name == "ops");
    CHECK(c.reloadable.admin.tokens[0].role == role::admin);
    CHECK(c.reloadable.admin.tokens[0].sha256 ==
          "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae");

    REQUIRE(c.fixed.endpoints.size() == 2);
    CHECK(c.fixed.endpoints[0].name == "production");
    CHECK(c.fixed.endpoints[0].path == "/webhooks/universign");
    CHECK(c.fixed.endpoints[0].mode == signature_mode::required);
    CHECK(c.fixed.endpoints[0].jwks.url == "https://api.universign.com/v1/webhooks/jwks.json");
    CHECK(c.fixed.endpoints[0].jwks.refresh == 10min);
    CHECK(c.fixed.endpoints[0].jwks.cooldown == 30s);
    CHECK(c.fixed.endpoints[0].only.names == std::vector<std::string>{"ACME Legal"});
    CHECK_FALSE(c.fixed.endpoints[0].only.strict);
    CHECK(c.fixed.endpoints[1].path == "/webhooks/universign-alpha");
    CHECK(c.fixed.endpoints[1].only == workspace_filter{});

    CHECK(c.fixed.storage_url == "sqlite:/var/lib/universign-webhookd/events.db");
    CHECK(c.reloadable.retention.events == 400 * 24h);
    CHECK(c.reloadable.retention.payloads == 90 * 24h);
    CHECK(c.reloadable.max_pending == 1'000'000);
    CHECK(c.fixed.max_in_memory == 4096);

    REQUIRE(c.reloadable.handlers.size() == 3);
    CHECK(c.reloadable.handlers[0].name == "audit");
    CHECK(std::get<log_handler>(c.reloadable.handlers[0].kind).level == log_level::info);
    const auto& crm = c.reloadable.handlers[1];
    const auto& forward = std::get<forward_handler>(crm.kind);
    CHECK(forward.url == "https://crm.internal/hooks/universign");
    CHECK(forward.headers == std::map<std::string, std::string>{{"Authorization", "Bearer crm-token"}});
    CHECK(forward.secrets == std::vector<std::string>{test::product_world().environment.at("CRM_SECRET")});
    CHECK(forward.body == forward_body::raw);
    CHECK(crm.common.timeout == 10s);
    CHECK(crm.common.concurrency == 8);
    CHECK(crm.common.order_by == ordering::transaction);
    CHECK(crm.common.on_failure == failure_action::skip);
    CHECK(crm.common.retry.initial == 1s);
    CHECK(crm.common.retry.factor == 2);
    CHECK(crm.common.retry.max_delay == 1h);
    CHECK(crm.common.retry.max_attempts == 20);
    CHECK(crm.common.retry.full_jitter);
    CHECK_FALSE(crm.common.retry.max_age);
    REQUIRE(crm.common.circuit_breaker);
    CHECK(crm.common.circuit_breaker->failures == 10);
    CHECK(crm.common.circuit_breaker->open_for == 30s);
    CHECK(std::get<shell_handler>(c.reloadable.handlers[2].kind).command ==
          "/usr/local/bin/archive-signed \"$UNIVERSIGN_TRANSACTION_ID\"");

    REQUIRE(c.reloadable.routes.size() == 4);
    CHECK(c.reloadable.routes[0].match == std::vector<std::string>{"transaction.lifecycle.completed"});
    CHECK(c.reloadable.routes[0].handlers == std::vector<std::string>{"crm", "archive"});
    CHECK(c.reloadable.routes[0].when.empty());
    CHECK(c.reloadable.routes[1].when ==
          test::all_of(
              {test::equals("/payload/object/stalled_reason", "signature_refusal", "consultation_refusal")}));
    CHECK(c.reloadable.routes[2].endpoint == "alpha");
    CHECK(c.reloadable.routes[2].final);
    CHECK_FALSE(c.reloadable.routes[3].final);
    CHECK(c.reloadable.log_level == log_level::info);
    CHECK(c.fixed.log_format == log_format::json);
}

TEST_CASE("the shipped files load on a machine without secrets, and warn of what only their owner can mend",
          "[config]") {
    for (const auto* file : {"config/universign-webhookd.yaml", "docker/config/universign-webhookd.yaml"}) {
        INFO(file);
        const auto loaded = test::load_config(test::read_source_file(file));
        const auto lines = test::config_lines(loaded);
        REQUIRE(lines.size() == 1);
        CHECK(lines[0].ends_with(": endpoints[0].path: " + std::string(test::guessable_path)));
        CHECK(loaded.value);
    }
    for (const auto* file : {"config/development.yaml", "config/demo.yaml"}) {
        INFO(file);
        const auto loaded = test::load_config(test::read_source_file(file));
        CHECK(test::config_lines(loaded).empty());
        CHECK(loaded.value);
    }
    const auto development = *test::load_config(test::read_source_file("config/development.yaml")).value;
    CHECK(development.fixed.endpoints.at(0).name == "development");
    CHECK(development.fixed.endpoints.at(0).path == "/webhooks/universign");
    CHECK(development.fixed.endpoints.at(0).jwks.file == "build/dev/jwks.json");
    CHECK(development.fixed.storage_url == "sqlite:build/dev/events.db");
    CHECK(development.fixed.log_format == log_format::text);
}

TEST_CASE("every option of every handler arrives", "[config]") {
    test::config_world world;
    world.environment = {{"NEW", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
                         {"OLD", "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"}};
    world.files = {{"/creds/archive", "hush\n"}};
    world.credentials_directory = "/creds";
    const auto loaded = test::load_sections(R"(
handlers:
  l: {type: log, level: debug, file: /var/log/x.log, format: text, include: payload, redact: [api_tokens], timeout: 2s, concurrency: 1}
  f:
    type: forward
    url: http://localhost:9000/x
    headers: { X-Number: 1.10, X-Flag: true, X-Text: "" }
    sign: { secrets: ["${env:NEW}", "${env:OLD}"] }
    body: cloudevents
    redact: [signing_links, api_tokens]
    connect_timeout: 1s
    ca_file: /ca.pem
    client_certificate: /c.pem
    client_key: /k.pem
    order_by: transaction
    on_failure: block
    retry: { max_age: 3d, jitter: none, factor: 1.5 }
    circuit_breaker: {}
  s:
    type: shell
    argv: [/bin/true, --, "$HOME"]
    env: { TOKEN: "${credential:archive}", NUMBER: 7 }
    working_directory: /tmp
    user: nobody
    limits: { memory: 256MiB, cpu_time: 30s, open_files: 64 }
  t: { type: shell, command: 'x "${UNIVERSIGN_OBJECT_ID:-none}" $${literal}' }
routes:
  - { name: all, match: ["transaction.*", "!transaction.chat.*"], handlers: [l, f, s, t], when: { /a: 1, /b: [true, null, "2", x"y] } }
storage: { retention: { events: forever, payloads: forever } }
)",
                                            world);
    CHECK(test::config_lines(loaded).empty());
    REQUIRE(loaded.value);
    const auto& c = *loaded.value;

    const auto& l = std::get<log_handler>(c.reloadable.handlers[0].kind);
    CHECK(l.level == log_level::debug);
    CHECK(l.file == "/var/log/x.log");
    CHECK(l.format == log_format::text);
    CHECK(l.include_payload);
    CHECK(l.redact == event::redaction{.api_tokens = true});
    CHECK(log_handler{}.redact == event::redact_all);
    CHECK(c.reloadable.handlers[0].common.timeout == 2s);
    CHECK_FALSE(c.reloadable.handlers[0].common.circuit_breaker);

    const auto& f = std::get<forward_handler>(c.reloadable.handlers[1].kind);
    CHECK(f.headers ==
          std::map<std::string, std::string>{{"X-Number", "1.10"}, {"X-Flag", "true"}, {"X-Text", ""}});
    CHECK(f.secrets == std::vector{world.environment["NEW"], world.environment["OLD"]});
    CHECK(f.body == forward_body::cloudevents);
    CHECK(f.redact == event::redact_all);
    CHECK_FALSE(forward_handler{}.redact.any());
    CHECK(f.connect_timeout == 1s);
    CHECK(f.ca_file == "/ca.pem");
    CHECK(f.client_certificate == "/c.pem");
    CHECK(f.client_key == "/k.pem");
    const auto& common = c.reloadable.handlers[1].common;
    CHECK(common.on_failure == failure_action::block);
    CHECK(common.retry.max_age == 72h);
    CHECK_FALSE(common.retry.full_jitter);
    CHECK(common.retry.factor == 1.5);
    REQUIRE(common.circuit_breaker);
    CHECK(common.circuit_breaker->failures == 10);

    const auto& s = std::get<shell_handler>(c.reloadable.handlers[2].kind);
    CHECK(s.argv == std::vector<std::string>{"/bin/true", "--", "$HOME"});
    CHECK(s.env == std::map<std::string, std::string>{{"TOKEN", "hush"}, {"NUMBER", "7"}});
    CHECK(s.working_directory == "/tmp");
    CHECK(s.user == "nobody");
    REQUIRE(s.limits.memory);
    CHECK(s.limits.memory->bytes == 256 * 1024 * 1024);
    CHECK(s.limits.cpu_time == 30s);
    CHECK(s.limits.open_files == 64u);
    CHECK(std::get<shell_handler>(c.reloadable.handlers[3].kind).command ==
          "x \"${UNIVERSIGN_OBJECT_ID:-none}\" ${literal}");

    const auto& when = c.reloadable.routes[0].when.children;
    REQUIRE(when.size() == 2);
    CHECK(when[0] == test::equals(when[0].pointer, std::int64_t{1}));
    CHECK(when[1] == test::equals(when[1].pointer, true, nullptr, "2", "x\"y"));
    CHECK_FALSE(c.reloadable.retention.events);
    CHECK_FALSE(c.reloadable.retention.payloads);
}

TEST_CASE("anchors, aliases and merges work", "[config]") {
    const auto loaded = test::load_sections(R"(
x-defaults: &defaults { type: log, timeout: 3s, level: debug }
handlers:
  a: { <<: *defaults, level: error }
  b: *defaults
routes: [{ name: all, match: &all "*", handlers: &both [a, b] }, { name: again, match: *all, endpoint: e, handlers: *both }]
)");
    CHECK(test::config_lines(loaded).empty());
    REQUIRE(loaded.value);
    CHECK(loaded.value->reloadable.handlers[0].common.timeout == 3s);
    CHECK(std::get<log_handler>(loaded.value->reloadable.handlers[0].kind).level == log_level::error);
    CHECK(std::get<log_handler>(loaded.value->reloadable.handlers[1].kind).level == log_level::debug);
    CHECK(loaded.value->reloadable.routes[1].handlers == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the routing table follows the file, conditions and all", "[config]") {
    const auto loaded = test::load_sections(R"(
handlers: {a: {type: log}, b: {type: log}, c: {type: log}}
routes:
  - { name: one, match: action.stalled, when: {/payload/object/stalled_reason: action_refusal}, handlers: a, final: true }
  - { name: two, match: "action.*", handlers: b, final: true }
  - { name: three, match: "*", handlers: c }
)");
    CHECK(test::config_lines(loaded).empty());
    REQUIRE(loaded.value);
    const auto table = make_routing_table(loaded.value->reloadable);
    const auto routes = [&](std::string_view type, std::string_view body) {
        return table.matching_routes("e", type, test::body_of(body));
    };
    using indices = std::vector<std::size_t>;
    constexpr const char* refused = R"({"payload":{"object":{"stalled_reason":"action_refusal"}}})";
    CHECK(routes("action.stalled", refused) == indices{0});
    CHECK(routes("action.stalled", "{}") == indices{1});
    CHECK(routes("action.opened", refused) == indices{1});
    CHECK(routes("apikey.created", "{}") == indices{2});
}

TEST_CASE("a file that cannot be read is named", "[config]") {
    const auto missing = load_file("/nowhere/c.yaml");
    REQUIRE(missing.diagnostics.size() == 1);
    CHECK(to_string(missing.diagnostics[0]) == "/nowhere/c.yaml: cannot be read: No such file or directory");
    CHECK(to_string(load_file("/tmp").diagnostics.at(0)) == "/tmp: cannot be read: Is a directory");
    CHECK(to_string(load_file("/dev/zero").diagnostics.at(0)) ==
          "/dev/zero: cannot be read: is a device, not a regular file");
    CHECK(load_file(test::source_folder() + "/config/development.yaml", secret_sources::of_process(),
                    outside_world::ignored)
              .value);
}
