#include "support/paths.hpp"

#include <catch2/catch.hpp>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

/// A program in Python that validates YAML files with a validator that is not ours. The first argument is the
/// schema.
constexpr const char* validator = R"py(
import json, sys, jsonschema, yaml
with open(sys.argv[1]) as f: schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
wrong = 0
for name in sys.argv[2:]:
    with open(name) as f: document = yaml.safe_load(f)
    for mistake in jsonschema.Draft202012Validator(schema).iter_errors(document):
        print(name, list(mistake.absolute_path), mistake.message)
        wrong += 1
sys.exit(3 if wrong else 0)
)py";

const std::string scratch = webhookd::test::build_folder();
const std::string source = webhookd::test::source_folder();

void write(const std::string& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

int run(const std::string& command) {
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Debian's own interpreter: another one on the path need not have Debian's packages.
bool available() {
    return run("/usr/bin/python3 -c 'import jsonschema, yaml; jsonschema.Draft202012Validator' "
               "2>/dev/null") == 0;
}

int validate(const std::string& files) {
    const auto program = scratch + "/validate_schema.py";
    write(program, validator);
    return run("/usr/bin/python3 '" + program + "' '" + source + "/config/schema.json' " + files);
}

} // namespace

TEST_CASE("an independent validator accepts the shipped files and refuses bad ones", "[config]") {
    if (!available()) {
        WARN("this test is skipped: it needs Debian's python3-jsonschema and python3-yaml");
        return;
    }
    CHECK(validate("'" + source + "/config/universign-webhookd.yaml' '" + source +
                   "/config/development.yaml' '" + source + "/docker/config/universign-webhookd.yaml'") == 0);

    const std::string endpoint = "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]\n";
    const auto file = scratch + "/schema-case.yaml";
    for (const std::string good :
         {"", "server: {listen: 'unix:/run/x', limits: {body: 2MiB}}\n", "x-shared: {anything: 1}\n",
          "log: {level: '${env:LEVEL}'}\n", "storage: {retention: {events: forever}}\n",
          "universign: {api: {key: '${env:KEY}'}}\n",
          "handlers: {l: {type: log, include: payload, redact: []}, "
          "f: {type: forward, url: 'https://x', body: envelope, redact: [api_tokens]}, "
          "g: {type: forward, url: 'https://x', redact: []}}\n",
          "handlers: {s: {type: shell, command: x, env: {A: 1}}, l: {type: log, retry: {jitter: none}}}\n",
          "routes: [{name: r, match: ['*'], handlers: a, when: {/x: [1, null, text]}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {all: [{/x/*/y: {gt: 1.5, not: [2, 3]}}], "
          "not: {any: [{/z: {exists: false}}, {/z: {matches: ^a, contains: b}}]}}}]\n"}) {
        INFO(good);
        write(file, good + endpoint);
        CHECK(validate("'" + file + "'") == 0);
    }
    for (const std::string bad :
         {"sever: {}\n",
          "server: {threads: -1}\n",
          "server: {limits: {body: 1 MB}}\n",
          "log: {level: loud}\n",
          "server: {shutdown_grace: 10}\n",
          "handlers: {l: {type: log, url: x}}\n",
          "handlers: {f: {type: forward, url: 'https://x', redact: [api_tokens]}}\n",
          "handlers: {f: {type: forward, url: 'https://x', body: raw, redact: [api_tokens]}}\n",
          "handlers: {l: {type: log, redact: [tokens]}}\n",
          "handlers: {s: {type: shell}}\n",
          "universign: {key: k}\n",
          "handlers: {f: {type: forward, url: 'https://x', client_key: k}}\n",
          "routes: [{name: r, match: '*', handlers: a, when: {x: 1}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {/x: {gt: '1'}}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {/x: {equal: 1}}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {/x: {}}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {/x: []}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {any: {/x: 1}}}]\n",
          "routes: [{name: r, match: '*', handlers: a, when: {all: [{any: [{x: 1}]}]}}]\n",
          "routes: [{match: '*', handlers: a}]\n"}) {
        INFO(bad);
        write(file, bad + endpoint);
        CHECK(validate("'" + file + "' > /dev/null") == 3);
    }
    const auto only = [&](const std::string& whose) {
        write(file, "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}, only: " + whose + "}]\n");
        return validate("'" + file + "' > /dev/null");
    };
    for (const auto* good : {"{workspace: ACME}", "{workspace: [ACME, wsp_1], strict: true}"})
        CHECK(only(good) == 0);
    for (const auto* bad : {"{}", "{workspace: []}", "{workspace: ' '}", "{workspace: [1]}", "{strict: true}",
                            "{workspace: a, strict: 'no'}", "{workspace: a, tenant: b}"}) {
        INFO(bad);
        CHECK(only(bad) == 3);
    }
}
