#include "support/paths.hpp"
#include "support/run_tool.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

/// A program in Python with a validator that is not ours: after the schema come YAML files, and it prints the
/// names of those that are wrong. It is asked of all at once, because it takes long to start.
constexpr const char* validator = R"py(
import json, sys, jsonschema, yaml
with open(sys.argv[1]) as f: schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for name in sys.argv[2:]:
    with open(name) as f: document = yaml.safe_load(f)
    mistakes = [(list(each.absolute_path), each.message) for each in validator.iter_errors(document)]
    if mistakes:
        print(name)
        print(name, mistakes, file=sys.stderr)
)py";

/// Debian's own interpreter: another one on the path need not have Debian's packages.
constexpr const char* python = "/usr/bin/python3";

bool available() {
    const auto asked =
        std::string(python) + " -c 'import jsonschema, yaml; jsonschema.Draft202012Validator' 2>/dev/null";
    return std::system(asked.c_str()) == 0;
}

/// Those of the files that the schema refuses.
std::set<std::string> refused(const std::vector<std::string>& files) {
    const test::temp_directory folder;
    const auto program = (folder / "validate.py").string();
    std::ofstream(program) << validator;
    std::vector<std::string> argv{python, program, test::source_folder() + "/config/schema.json"};
    argv.insert(argv.end(), files.begin(), files.end());
    std::istringstream printed(test::run_tool(argv));
    std::set<std::string> names;
    for (std::string line; std::getline(printed, line);)
        names.insert(line);
    return names;
}

/// Those of the texts that the schema refuses, each with an endpoint that is right unless it has its own.
std::set<std::string> refused_texts(const std::vector<std::string>& texts) {
    const test::temp_directory folder;
    std::vector<std::string> files;
    for (const auto& each : texts) {
        files.push_back((folder / (std::to_string(files.size()) + ".yaml")).string());
        std::ofstream to(files.back(), std::ios::binary);
        to << each;
        if (each.find("endpoints:") == std::string::npos)
            to << "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]\n";
    }
    std::set<std::string> wrong;
    for (const auto& file : refused(files))
        wrong.insert(texts.at(std::stoul(std::filesystem::path(file).stem())));
    return wrong;
}

std::string only(const std::string& whose) {
    return "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}, only: " + whose + "}]\n";
}

} // namespace

TEST_CASE("an independent validator accepts the shipped files and refuses bad ones", "[config]") {
    if (!available()) {
        WARN("this test is skipped: it needs Debian's python3-jsonschema and python3-yaml");
        return;
    }
    const auto& source = test::source_folder();
    CHECK(refused({source + "/config/universign-webhookd.yaml", source + "/config/development.yaml",
                   source + "/docker/config/universign-webhookd.yaml"})
              .empty());

    const std::vector<std::string> good{
        "",
        "server: {listen: 'unix:/run/x', limits: {body: 2MiB}}\n",
        "x-shared: {anything: 1}\n",
        "log: {level: '${env:LEVEL}'}\n",
        "storage: {retention: {events: forever}}\n",
        "universign: {api: {key: '${env:KEY}'}}\n",
        "handlers: {l: {type: log, include: payload, redact: []}, "
        "f: {type: forward, url: 'https://x', body: envelope, redact: [api_tokens]}, "
        "g: {type: forward, url: 'https://x', redact: []}}\n",
        "handlers: {s: {type: shell, command: x, env: {A: 1}}, l: {type: log, retry: {jitter: none}}}\n",
        "routes: [{name: r, match: ['*'], handlers: a, when: {/x: [1, null, text]}}]\n",
        "routes: [{name: r, match: '*', handlers: a, when: {all: [{/x/*/y: {gt: 1.5, not: [2, 3]}}], "
        "not: {any: [{/z: {exists: false}}, {/z: {matches: ^a, contains: b}}]}}}]\n",
        only("{workspace: ACME}"),
        only("{workspace: [ACME, wsp_1], strict: true}")};
    CHECK(refused_texts(good).empty());

    const std::vector<std::string> bad{
        "sever: {}\n",
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
        "routes: [{match: '*', handlers: a}]\n",
        only("{}"),
        only("{workspace: []}"),
        only("{workspace: ' '}"),
        only("{workspace: [1]}"),
        only("{strict: true}"),
        only("{workspace: a, strict: 'no'}"),
        only("{workspace: a, tenant: b}")};
    CHECK(refused_texts(bad) == std::set(bad.begin(), bad.end()));
}
