#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("mistakes in the server and admin sections are told with place, key and way out", "[config]") {
    test::check_config_mistakes({
        {test::sections,
         R"(
server:
  lisen: []
  threads: 2
  threads: 3
)",
         {"c.yaml:2:3: server.lisen: is no key here; did you mean \"listen\"?",
          "c.yaml:4:3: server.threads: stands here a second time; the first is in line 3"}},
        {test::sections,
         R"(
server: 3
admin: [a]
)",
         {"c.yaml:1:9: server: must be a map, not a number", "c.yaml:2:8: admin: must be a map, not a list"}},
        {test::sections,
         R"(server: {threads: many})",
         {"c.yaml:1:19: server.threads: must be a whole number, not text"}},
        {test::sections,
         R"(server: {threads: -1})",
         {"c.yaml:1:19: server.threads: \"-1\" is out of range; it goes from 0 to 1024"}},
        {test::sections,
         R"(server: {threads: 1.5})",
         {"c.yaml:1:19: server.threads: \"1.5\" must be a whole number"}},
        {test::sections,
         R"(server: {threads: 1025})",
         {"c.yaml:1:19: server.threads: \"1025\" is out of range; it goes from 0 to 1024"}},
        {test::sections,
         R"(server: {threads: "4"})",
         {"c.yaml:1:19: server.threads: must be a whole number, not text"}},
        {test::sections,
         R"(server: {threads: 99999999999999999999999})",
         {"c.yaml:1:19: server.threads: \"99999999999999999999999\" is out of range; it goes from 0 to "
          "1024"}},
        {test::sections,
         R"(server: {limits: {body: 1 MB, headers: 16, connections: 0, header_timeout: 10, body_timeout: 2 weeks, idle_timeout: 25h}})",
         {"c.yaml:1:25: server.limits.body: \"1 MB\" is not a size; write it like 512KiB, 1MiB or 2GB",
          "c.yaml:1:40: server.limits.headers: \"16\" is not a size; write it like 512KiB, 1MiB or 2GB",
          "c.yaml:1:57: server.limits.connections: \"0\" is out of range; it goes from 1 to 1000000",
          "c.yaml:1:76: server.limits.header_timeout: \"10\" is not a duration; write it like 250ms, 10s, "
          "15m, 2h or 90d",
          "c.yaml:1:94: server.limits.body_timeout: \"2 weeks\" is not a duration; write it like 250ms, 10s, "
          "15m, 2h or 90d",
          "c.yaml:1:117: server.limits.idle_timeout: \"25h\" is out of range; it goes from 100ms to 1d"}},
        {test::sections,
         R"(server: {limits: {body: 1B, headers: 2MiB}})",
         {"c.yaml:1:25: server.limits.body: \"1B\" is out of range; it goes from 1KiB to 64MiB",
          "c.yaml:1:38: server.limits.headers: \"2MiB\" is out of range; it goes from 1KiB to 1MiB"}},
        {test::sections,
         R"(server: {limits: })",
         {"c.yaml:1:18: server.limits: must be a map, not nothing; leave the key out or write {}"}},
        {test::sections,
         R"(server: {listen: [example.com, "127.0.0.1"]})",
         {"c.yaml:1:19: server.listen[0]: \"example.com\" is not an address to listen on; write it like "
          "127.0.0.1:8080, [::1]:8080, *:8080 or unix:/run/webhookd.sock",
          "c.yaml:1:32: server.listen[1]: \"127.0.0.1\" is not an address to listen on; write it like "
          "127.0.0.1:8080, [::1]:8080, *:8080 or unix:/run/webhookd.sock"}},
        {test::sections,
         R"(server: {listen: 8080})",
         {"c.yaml:1:18: server.listen: must be text, not a number; put it in quotes if it is meant"}},
        {test::sections,
         R"(server: {listen: {a: b}})",
         {"c.yaml:1:18: server.listen: must be text or a list of texts, not a map"}},
        {test::sections,
         R"(server: {listen: []})",
         {"c.yaml:1:18: server.listen: warning: is empty: events come in only on sockets that systemd "
          "passes"}},
        {test::sections,
         R"(server: {listen: ["127.0.0.1:80", "127.0.0.1:80"]})",
         {"c.yaml:1:35: server.listen[1]: \"127.0.0.1:80\" collides with server.listen[0], which listens on "
          "\"127.0.0.1:80\""}},
        {test::sections,
         R"(server: {listen: ["*:8081"]})",
         {"c.yaml:1:19: server.listen[0]: \"*:8081\" collides with admin.listen, which listens on "
          "\"127.0.0.1:8081\""}},
        {test::sections,
         R"(
server: {listen: ["127.0.0.1:1"]}
admin: {listen: ["0.0.0.0:1"], tokens: []}
)",
         {"c.yaml:2:17: admin.listen: without `tokens` only loopback addresses and unix sockets may serve "
          "the admin API",
          "c.yaml:2:18: admin.listen[0]: \"0.0.0.0:1\" collides with server.listen[0], which listens on "
          "\"127.0.0.1:1\""}},
        {test::sections,
         R"(server: {trusted_proxies: [10.0.0.1/8, 10.0.0.0/8, x]})",
         {"c.yaml:1:28: server.trusted_proxies[0]: \"10.0.0.1/8\" is not a network; write it like "
          "10.0.0.0/8, 2001:db8::/32 or 192.0.2.7 (no bits set beyond the prefix)",
          "c.yaml:1:52: server.trusted_proxies[2]: \"x\" is not a network; write it like 10.0.0.0/8, "
          "2001:db8::/32 or 192.0.2.7 (no bits set beyond the prefix)"}},
        {test::sections,
         R"(server: {allowed_sources: 10.0.0.0/8})",
         {"c.yaml:1:27: server.allowed_sources: must be a list of texts, not text"}},
        {test::sections,
         R"(server: {tls: {certificate: a}})",
         {"c.yaml:1:15: server.tls.private_key: is missing"}},
        {test::sections,
         R"(server: {tls: {}})",
         {"c.yaml:1:15: server.tls.certificate: is missing",
          "c.yaml:1:15: server.tls.private_key: is missing"}},
        {test::sections,
         R"(server: {tls: {certificate: 3, private_key: ""}})",
         {"c.yaml:1:29: server.tls.certificate: must be text, not a number; put it in quotes if it is meant",
          "c.yaml:1:45: server.tls.private_key: must not be empty"}},
        {test::sections,
         R"(admin: {listen: ["192.0.2.1:80"]})",
         {"c.yaml:1:17: admin.listen: without `tokens` only loopback addresses and unix sockets may serve "
          "the admin API"}},
        {test::sections,
         R"(admin: {tokens: [{name: a b, role: root, sha256: 12}]})",
         {"c.yaml:1:25: admin.tokens[0].name: \"a b\" is no name: a name has 1 to 64 letters, digits, dots, "
          "dashes and underscores, and starts with a letter or a digit",
          "c.yaml:1:36: admin.tokens[0].role: \"root\" is not owner, admin or integrator",
          "c.yaml:1:50: admin.tokens[0].sha256: must be 64 hex digits: the output of `printf %s \"$TOKEN\" | "
          "sha256sum`"}},
        {test::sections,
         R"(admin: {tokens: [{}]})",
         {"c.yaml:1:18: admin.tokens[0].name: is missing", "c.yaml:1:18: admin.tokens[0].role: is missing",
          "c.yaml:1:18: admin.tokens[0].sha256: is missing"}},
        {test::sections,
         R"(admin: {tokens: [7]})",
         {"c.yaml:1:18: admin.tokens[0]: must be a map, not a number"}},
        {test::sections,
         R"(admin: {tokens: [{name: a, role: owner, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}]})",
         {"c.yaml:1:49: admin.tokens[0].sha256: is the digest of an empty token; hash a long random one"}},
        {test::sections,
         R"(
admin:
  tokens:
    - {name: a, role: admin, sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae}
    - {name: a, role: owner, sha256: 2C26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae}
)",
         {"c.yaml:4:14: admin.tokens[1].name: is the name of admin.tokens[0] already",
          "c.yaml:4:38: admin.tokens[1].sha256: is the token of admin.tokens[0] already"}},
        {test::sections,
         R"(admin: {trusted_proxies: [x], public: [health, healthz]})",
         {"c.yaml:1:27: admin.trusted_proxies[0]: \"x\" is not a network; write it like 10.0.0.0/8, "
          "2001:db8::/32 or 192.0.2.7 (no bits set beyond the prefix)",
          "c.yaml:1:48: admin.public[1]: \"healthz\" is none of the pages that can be public: health, "
          "metrics"}},
        {test::sections,
         R"(server: {limits: {body: 4MiB, bodies: 2MiB}})",
         {"c.yaml:1:39: server.limits.bodies: warning: `bodies`, for all in flight together, is less than "
          "`body`, for one: a webhook between the two gets 503 for ever"}},
        {test::sections,
         R"(server: {limits: {bdoy: 1MiB}})",
         {"c.yaml:1:19: server.limits.bdoy: is no key here; did you mean \"body\"?"}},
    });
}
