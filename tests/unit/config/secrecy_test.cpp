#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace webhookd;

namespace {

constexpr std::string_view canary = "CANARY canary\n\"{[<";

/// The text with the scalar at [begin, end) replaced by a reference.
std::string with_reference(const std::string& text, std::size_t begin, std::size_t end) {
    return text.substr(0, begin) + "\"${env:SECRET}\"" + text.substr(end);
}

const std::string every_text = R"(
server:
  listen: [@127.0.0.1:8080@, @[::1]:8080@]
  trusted_proxies: [@127.0.0.1/32@]
  allowed_sources: [@10.0.0.0/8@]
  limits: { body: @1MiB@, headers: @16KiB@, header_timeout: @10s@, body_timeout: @15s@, idle_timeout: @75s@ }
  tls: { certificate: @/c@, private_key: @/k@ }
  shutdown_grace: @20s@
admin:
  listen: @127.0.0.1:8081@
  tokens: [{ name: @ops@, role: @admin@, sha256: @2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae@ }]
endpoints:
  - { name: @production@, path: @/webhooks@, signature: { mode: @required@, jwks: { url: @https://x.example/j@, refresh: @10m@, cooldown: @30s@ } }, only: { workspace: [@ACME Legal@, @wsp_1@] } }
  - { name: @alpha@, path: @/alpha@, signature: { jwks: { file: @/j@ } } }
storage: { url: "sqlite:/x", retention: { events: @400d@, payloads: @90d@ } }
log: { level: @info@, format: @json@ }
universign: { api: { url: @https://api.universign.com@, key: @key@ } }
handlers:
  l: { type: @log@, level: @info@, file: @/f@, format: @json@, include: @payload@, timeout: @1s@, order_by: @none@, on_failure: @skip@ }
  f:
    type: @forward@
    url: @https://crm.internal/x@
    headers: { Authorization: @Bearer x@ }
    sign: { secrets: [@whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@, @whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB@] }
    body: @raw@
    connect_timeout: @5s@
    ca_file: @/a@
    client_certificate: @/c@
    client_key: @/k@
    retry: { initial: @1s@, max_delay: @1h@, max_age: @1d@, jitter: @full@ }
    circuit_breaker: { open_for: @30s@ }
  g: { type: forward, url: "https://crm.internal/y", sign: { secret: @whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@ } }
  s: { type: shell, command: @/bin/true@, env: { TOKEN: @Bearer x@ }, working_directory: @/tmp@, user: @nobody@, limits: { memory: @1GiB@, cpu_time: @1s@ } }
  t: { type: shell, argv: [@/bin/true@, @x@] }
routes:
  - { name: @one@, match: @action.stalled@, endpoint: @alpha@, handlers: [@l@, @f@], when: { /payload/object/stalled_reason: [@action_refusal@], /x: @y@, any: [{ /y: { equals: @z@, matches: @^z@ } }], not: { /z: { contains: @c@, not: [@d@] } } } }
  - { name: @two@, match: [@action.*@, @!action.opened@], handlers: @l@ }
  - { name: three, match: "*", handlers: [g, s, t] }
)";

/// `every_text` with plain quotes, and where each marked text begins and ends in it.
std::string unmarked(std::vector<std::pair<std::size_t, std::size_t>>& texts) {
    std::string out;
    bool open = false;
    for (const char c : every_text) {
        if (c != '@') {
            out += c;
            continue;
        }
        if (!open) texts.emplace_back(out.size(), 0);
        out += '"';
        if (open) texts.back().second = out.size();
        open = !open;
    }
    return out;
}

/// Whether a setting is masked by what the file says instead of its value.
bool shows_reference(const config::loaded& loaded) {
    return std::ranges::any_of(loaded.settings.data, [](const config::setting& each) {
        return each.masked && each.value.find("${env:SECRET}") != std::string::npos;
    });
}

/// Of these not even the reference is shown.
bool is_secret(const std::string& text) {
    return text == "key" || text.starts_with("Bearer ") || text.starts_with("whsec_") ||
           text.starts_with("2c26b46b");
}

} // namespace

TEST_CASE("no diagnostic shows what a reference stands for, wherever it stands", "[config]") {
    std::vector<std::pair<std::size_t, std::size_t>> texts;
    const auto sound = unmarked(texts);
    REQUIRE(texts.size() > 70);
    REQUIRE(test::config_lines(test::load_config(sound)).empty());

    // Good values must arrive through a reference, bad ones must be refused or kept, and none may be shown.
    for (const auto& [begin, end] : texts) {
        INFO(sound.substr(begin, end - begin));
        const auto referring = with_reference(sound, begin, end);

        test::config_world good;
        good.environment["SECRET"] = sound.substr(begin + 1, end - begin - 2);
        const auto loaded = test::load_config(referring, good);
        CHECK(loaded.value);
        CHECK(shows_reference(loaded) == !is_secret(good.environment["SECRET"]));

        for (const auto& value :
             {std::string(canary), std::string("CANARY"), std::string("/CANARY"),
              std::string("https://CANARY"), std::string("whsec_CANARY"), std::string("(CANARY")}) {
            test::config_world bad;
            bad.environment["SECRET"] = value;
            for (const auto& line : test::config_lines(test::load_config(referring, bad))) {
                INFO(line);
                CHECK(line.find("CANARY") == std::string::npos);
            }
        }

        const auto lines = test::config_lines(test::load_config(referring));
        CHECK(std::any_of(lines.begin(), lines.end(), [](const auto& line) {
            return line.ends_with("\"${env:SECRET}\" is not set in the environment");
        }));
    }
}

TEST_CASE("secrets written into the file itself are not shown either", "[config]") {
    const auto loaded = test::load_sections(R"(
admin: {tokens: [{name: a, role: admin, sha256: HUSH}]}
storage: {url: "mysql://u:HUSH@h/d", password: "HUSH", pool: HUSH}
universign: {api: {url: "https://u:HUSH@h", key: "HUSH HUSH"}}
handlers:
  f: {type: forward, url: "HUSH", headers: {a: "HUSH\n"}, sign: {secret: HUSH, secrets: [HUSH]}}
routes: [{name: r, match: "*", handlers: f}]
)");
    CHECK(loaded.diagnostics.size() >= 9);
    for (const auto& line : test::config_lines(loaded)) {
        INFO(line);
        CHECK(line.find("HUSH") == std::string::npos);
    }
}
