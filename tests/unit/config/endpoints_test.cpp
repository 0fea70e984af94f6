#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("mistakes in endpoints are told with place, key and way out", "[config]") {
    test::check_config_mistakes({
        {test::whole_file,
         R"(
endpoints:
  - {name: a, path: /a, signature: {jwks: {url: "http://example.com/k", file: f}}}
  - {name: a, path: /a/, signature: {jwks: {}}}
  - {name: b, path: b, signature: {mode: off}}
  - {name: c, path: "/c?d", signature: {}}
  - {name: d, path: /d//e, signature: {mode: disabeld, jwks: {url: "ftp://x/y"}}}
  - {name: e, path: /d/../e}
  - {path: 12, signature: {jwks: {url: "https://u:p@x/y", refresh: 1s, cooldown: 0s}}}
  - {name: f, path: /f, signature: {jwks: {url: "http://127.0.0.1:9/k"}}}
  - {name: g, path: /g, signature: {jwks: {url: "http://[::1]:9/k"}}}
  - {name: h, path: /h, signature: {jwks: {url: "http://localhost/k"}}}
  - {name: i, path: /i, signature: {jwks: {url: "http://localhost.evil.example/k"}}}
  - text
)",
         {"c.yaml:2:49: endpoints[0].signature.jwks.url: must be https: whoever can alter this answer can "
          "forge events",
          "c.yaml:2:79: endpoints[0].signature.jwks.file: stands beside `url`; keys come from one of them",
          "c.yaml:3:12: endpoints[1].name: is the name of endpoints[0] already",
          "c.yaml:3:21: endpoints[1].path: is served by endpoints[0] already",
          "c.yaml:3:44: endpoints[1].signature.jwks: needs `url` or `file`",
          "c.yaml:4:21: endpoints[2].path: \"b\" must start with a slash",
          "c.yaml:4:42: endpoints[2].signature.mode: \"off\" is not required or disabled",
          "c.yaml:5:21: endpoints[3].path: \"/c?d\" may hold only letters, digits and -._~!$&'()*+,;=:@/ (no "
          "query, blanks or percent signs)",
          "c.yaml:5:40: endpoints[3].signature.jwks: is missing",
          "c.yaml:6:21: endpoints[4].path: \"/d//e\" holds an empty part (`//`)",
          "c.yaml:6:46: endpoints[4].signature.mode: \"disabeld\" is not required or disabled; did you mean "
          "\"disabled\"?",
          "c.yaml:6:68: endpoints[4].signature.jwks.url: is not a URL; write it like "
          "https://api.universign.com/v1/webhooks/jwks.json",
          "c.yaml:7:5: endpoints[5].signature: is missing",
          "c.yaml:7:21: endpoints[5].path: \"/d/../e\" holds `.` or `..`, which clients remove",
          "c.yaml:8:5: endpoints[6].name: is missing",
          "c.yaml:8:12: endpoints[6].path: must be text, not a number; put it in quotes if it is meant",
          "c.yaml:8:40: endpoints[6].signature.jwks.url: must not hold a user, a password or a fragment "
          "(`#`)",
          "c.yaml:8:68: endpoints[6].signature.jwks.refresh: \"1s\" is out of range; it goes from 10s to 7d",
          "c.yaml:8:82: endpoints[6].signature.jwks.cooldown: \"0s\" is out of range; it goes from 1s to 1h",
          "c.yaml:12:49: endpoints[10].signature.jwks.url: must be https: whoever can alter this answer can "
          "forge events",
          "c.yaml:13:5: endpoints[11]: must be a map, not text"}},
        {test::whole_file,
         R"(
server: {listen: ["127.0.0.1:1", "192.0.2.1:1"]}
endpoints: [{name: a, path: /a, signature: {mode: disabled}}]
)",
         {"c.yaml:2:51: endpoints[0].signature.mode: may be disabled only where every address of "
          "server.listen is loopback or a unix socket"}},
        {test::whole_file,
         R"(
server: {listen: ["127.0.0.1:1", "unix:/x"]}
endpoints: [{name: a, path: /a, signature: {mode: disabled}}]
)",
         {}},
        {test::whole_file,
         R"(
server: {listen: []}
endpoints: [{name: a, path: /a, signature: {mode: disabled}}]
)",
         {"c.yaml:1:18: server.listen: warning: is empty: events come in only on sockets that systemd passes",
          "c.yaml:2:51: endpoints[0].signature.mode: may be disabled only where every address of "
          "server.listen is loopback or a unix socket"}},
    });
}
