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

TEST_CASE("mistakes in whose events an endpoint takes are told with place, key and way out", "[config]") {
    test::check_config_mistakes({
        {test::whole_file,
         R"(
endpoints:
  - {name: a, path: /a, signature: {jwks: {file: f}}, only: {}}
  - {name: b, path: /b, signature: {jwks: {file: f}}, only: {workspace: [], strict: maybe}}
  - {name: c, path: /c, signature: {jwks: {file: f}}, only: {workspace: {name: x}}}
  - {name: d, path: /d, signature: {jwks: {file: f}}, only: {workspace: ["", "  ", 2026, null]}}
  - {name: e, path: /e, signature: {jwks: {file: f}}, only: {workspaces: [x], workspace: [x]}}
  - {name: f, path: /f, signature: {jwks: {file: f}}, only: ACME}
  - {name: g, path: /g, signature: {jwks: {file: f}}, only: }
)",
         {"c.yaml:2:61: endpoints[0].only.workspace: is missing",
          "c.yaml:3:73: endpoints[1].only.workspace: must name at least one workspace; leave `only` out to "
          "take everybody's events",
          "c.yaml:3:85: endpoints[1].only.strict: must be true or false, not text",
          "c.yaml:4:73: endpoints[2].only.workspace: must be text or a list of texts, not a map",
          "c.yaml:5:74: endpoints[3].only.workspace[0]: must not be empty",
          "c.yaml:5:78: endpoints[3].only.workspace[1]: must not be blank",
          "c.yaml:5:84: endpoints[3].only.workspace[2]: must be text, not a number; put it in quotes if it "
          "is meant",
          "c.yaml:5:90: endpoints[3].only.workspace[3]: must be text, not nothing",
          "c.yaml:6:62: endpoints[4].only.workspaces: is no key here; did you mean \"workspace\"?",
          "c.yaml:7:61: endpoints[5].only: must be a map, not text",
          "c.yaml:8:61: endpoints[6].only: must be a map, not nothing; leave the key out or write {}"}},
        {test::whole_file,
         R"(
endpoints:
  - {name: a, path: /a, signature: {jwks: {file: f}}, only: {workspace: [ACME, " ACME ", acme]}}
  - {name: b, path: /b, signature: {jwks: {file: f}}, only: {workspace: wsp_1}}
  - {name: c, path: /c, signature: {jwks: {file: f}}, only: {workspace: [wsp_1, ACME]}}
)",
         {"c.yaml:2:80: endpoints[0].only.workspace[1]: warning: \" ACME \" stands here a second time",
          "c.yaml:3:73: endpoints[1].only.workspace: warning: holds ids alone, and events are known to tell "
          "a workspace's name: add the name"}},
    });
}

TEST_CASE("the workspaces of an endpoint are a list or one alone, without the white space around them",
          "[config]") {
    const auto loaded = test::load_config(
        R"(
endpoints:
  - {name: a, path: /a, signature: {jwks: {file: f}}, only: {workspace: " Exemplaire & Fils "}}
  - {name: b, path: /b, signature: {jwks: {file: f}}, only: {workspace: ["${env:NAME}", wsp_1], strict: true}}
)",
        {.environment = {{"NAME", "ACME Legal\n"}}, .files = {}, .credentials_directory = {}});
    CHECK(test::config_lines(loaded).empty());
    REQUIRE(loaded.value);
    CHECK(loaded.value->fixed.endpoints[0].only == config::workspace_filter{{"Exemplaire & Fils"}, false});
    CHECK(loaded.value->fixed.endpoints[1].only == config::workspace_filter{{"ACME Legal", "wsp_1"}, true});
}

TEST_CASE("an endpoint with Universign's keys that takes anybody's events is warned of", "[config]") {
    const auto warned = [](const std::string& path, const std::string& rest) {
        const auto loaded =
            test::load_config("endpoints: [{name: a, path: \"" + path + "\", " + rest + "}]\n",
                              {.environment = {{"SECRET", "9d3f61c2e8b74a05"}, {"WORD", "production"}},
                               .files = {},
                               .credentials_directory = {}});
        const auto lines = test::config_lines(loaded);
        if (lines.empty()) return false;
        CHECK(lines == std::vector{"c.yaml:1:29: endpoints[0].path: " + std::string(test::guessable_path)});
        CHECK(loaded.value);
        return true;
    };
    const std::string production =
        "signature: {jwks: {url: 'https://api.universign.com/v1/webhooks/jwks.json'}}";
    for (const auto* path : {"/", "/webhooks/universign", "/webhooks/universign-production-2026",
                             "/AcmeLegalWebhooks/Universign", "/universign/20261127123456789",
                             "/9d3f61c2e8b74a0", "/${env:WORD}", "/aaaaaaaaaaaaaaaaaaaaaaaa"}) {
        INFO(path);
        CHECK(warned(path, production));
        CHECK_FALSE(warned(path, production + ", only: {workspace: ACME}"));
    }
    for (const auto* path :
         {"/webhooks/2c4f8a1e97d05b36f1a08e4c7b92d3e5", "/9d3f61c2e8b74a05/webhooks", "/${env:SECRET}",
          "/webhooks/universign-${env:SECRET}", "/0b9f6c52-3c1e-4d8a-9a77-51e2c4d0f3b6",
          "/Tq3vXb9LkE0sWm2NcR7yPA", "/k5g2qz7m4x3d6n2w7c5j4h3r2t"}) {
        INFO(path);
        CHECK_FALSE(warned(path, production));
    }
    const std::string path = "/webhooks/universign";
    CHECK(warned(path, "signature: {jwks: {url: 'https://API.alpha.Universign.com/v1/webhooks/jwks.json'}}"));
    for (const auto* own : {"signature: {jwks: {file: /keys.json}}", "signature: {mode: disabled}",
                            "signature: {jwks: {url: 'https://keys.example/jwks.json'}}",
                            "signature: {jwks: {url: 'https://universign.com.example/jwks.json'}}",
                            "signature: {jwks: {url: 'http://127.0.0.1:9/jwks.json'}}"}) {
        INFO(own);
        CHECK_FALSE(warned(path, own));
    }
}
