#include <webhookd/exit_code.hpp>

#include "cli/check_config.hpp"
#include "support/config_fixture.hpp"
#include "support/paths.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <catch2/catch.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>

using namespace webhookd;

namespace {

/// A file that goes when the test ends.
class scratch_file {
public:
    scratch_file(const std::string& name, std::string_view content)
        : path_(test::build_folder() + "/check-config-" + name) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~scratch_file() { std::remove(path_.c_str()); }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct outcome {
    int code;
    std::string out;
    std::string err;
};

outcome run(cli::check_config_options options) {
    options.outside = config::outside_world::ignored;
    std::ostringstream out, err;
    const int code = cli::check_config(options, test::product_world().sources(), out, err);
    return {code, out.str(), err.str()};
}

} // namespace

TEST_CASE("check-config counts what a good file holds", "[cli]") {
    const scratch_file file("good.yaml", test::product_example);
    const auto r = run({file.path(), {}, {}});
    CHECK(r.code == exit_code::ok);
    CHECK(r.out == file.path() + ": ok (2 endpoints, 3 handlers, 4 routes, 1 warning)\n");
    CHECK(r.err == file.path() + ":21:11: endpoints[1].path: " + std::string(test::guessable_path) + '\n');
}

TEST_CASE("check-config tells every mistake and ends with 78", "[cli]") {
    const scratch_file file(
        "bad.yaml",
        "log: {level: warnin}\nserver: 3\nendpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]\n");
    const auto r = run({file.path(), "action.opened", {}});
    CHECK(r.code == exit_code::configuration);
    CHECK(r.out.empty());
    CHECK(r.err ==
          file.path() +
              ":1:14: log.level: \"warnin\" is not trace, debug, info, warning or error; did you mean "
              "\"warning\"?\n" +
              file.path() + ":2:9: server: must be a map, not a number\n");
    CHECK(run({"/nowhere.yaml", {}, {}}).code == exit_code::configuration);
}

TEST_CASE("check-config shows which way an event type takes", "[cli]") {
    const scratch_file file("way.yaml", test::product_example);
    const auto stalled = run({file.path(), "action.stalled", "production"});
    CHECK(stalled.code == exit_code::ok);
    const auto warning =
        file.path() + ":21:11: endpoints[1].path: " + std::string(test::guessable_path) + '\n';
    CHECK(stalled.err == warning);
    CHECK(stalled.out ==
          file.path() +
              ": ok (2 endpoints, 3 handlers, 4 routes, 1 warning)\n"
              "action.stalled at endpoint production:\n"
              "  only if the endpoint's `only` names its workspace, or it names none\n"
              "  no   completed  (only for transaction.lifecycle.completed)\n"
              "  if   refusals  (only if /payload/object/stalled_reason is one of: \"signature_refusal\", "
              "\"consultation_refusal\")\n"
              "  no   trials  (only at endpoint alpha)\n"
              "  yes  everything\n"
              "  handlers: crm (if route refusals applies), audit\n");

    const auto completed = run({file.path(), "transaction.lifecycle.completed", {}});
    CHECK(completed.out == file.path() +
                               ": ok (2 endpoints, 3 handlers, 4 routes, 1 warning)\n"
                               "transaction.lifecycle.completed at endpoint production:\n"
                               "  only if the endpoint's `only` names its workspace, or it names none\n"
                               "  yes  completed\n"
                               "  no   refusals  (only for action.stalled)\n"
                               "  no   trials  (only at endpoint alpha)\n"
                               "  yes  everything\n"
                               "  handlers: crm, archive, audit\n"
                               "transaction.lifecycle.completed at endpoint alpha:\n"
                               "  yes  completed\n"
                               "  no   refusals  (only for action.stalled)\n"
                               "  yes  trials\n"
                               "  no   everything  (route trials is final)\n"
                               "  handlers: crm, archive, audit\n");

    const auto typo = run({file.path(), "action.staled", "production"});
    CHECK(typo.code == exit_code::ok);
    CHECK(typo.err ==
          warning + "warning: action.staled is not a documented event; did you mean action.stalled?\n");

    const auto nowhere = run({file.path(), "action.opened", "beta"});
    CHECK(nowhere.code == exit_code::usage);
    CHECK(nowhere.err == warning + "there is no endpoint beta\n");
}

TEST_CASE("check-config judges conditions by an event's body", "[cli]") {
    const scratch_file file("body.yaml", test::product_example);
    const std::pair<const char*, const char*> rows[] = {
        {R"({"id":"evt_1","type":"action.stalled","payload":{"object":{"stalled_reason":"signature_refusal"}}})",
         "  yes  refusals  (/payload/object/stalled_reason is \"signature_refusal\")\n"},
        {R"({"id":"evt_1","type":"action.stalled","payload":{"object":{"stalled_reason":"action_refusal"}}})",
         "  no   refusals  (/payload/object/stalled_reason is \"action_refusal\", wanted one of: "
         "\"signature_refusal\", \"consultation_refusal\")\n"},
        {R"({"id":"evt_1","type":"action.stalled","payload":[]})",
         "  no   refusals  (/payload/object/stalled_reason is missing, wanted one of: "},
        {R"({"id":"evt_1","type":"action.opened"})", "  no   refusals  (only for action.stalled)\n"},
    };
    for (const auto& [body, line] : rows) {
        INFO(body);
        const scratch_file event("event.json", body);
        const auto r = run({file.path(), event.path(), "production"});
        CHECK(r.code == exit_code::ok);
        CHECK(r.out.find(line) != std::string::npos);
    }

    const scratch_file no_event("no-event.json", "{\"id\": \"evt_1\"}");
    const auto r = run({file.path(), no_event.path(), {}});
    CHECK(r.code == exit_code::data_error);
    CHECK_THAT(r.err, Catch::Contains('\n' + no_event.path() + ": is not an event: envelope-incomplete"));
    CHECK(run({file.path(), "/nowhere/event.json", {}}).code == exit_code::no_input);
}

TEST_CASE("check-config says which events an endpoint's `only` leaves out, and shows no name that it lists",
          "[cli]") {
    const auto file_with = [](const std::string& strict) {
        return R"(
endpoints:
  - {name: e, path: /e, signature: {jwks: {file: k}}, only: {workspace: "${file:/run/secrets/crm}", strict: )" +
               strict + R"(}}
handlers: {a: {type: log}}
routes: [{name: all, match: "*", handlers: a}]
)";
    };
    const scratch_file lenient("only.yaml", file_with("false"));
    const scratch_file strict("strict.yaml", file_with("true"));
    const auto out_of = [](const scratch_file& file, const std::string& members) {
        const scratch_file event("only.json", R"({"id":"evt_1","type":"action.opened")" + members + '}');
        const auto r = run({file.path(), event.path(), {}});
        CHECK(r.code == exit_code::ok);
        CHECK_THAT(r.out, !Catch::Contains("crm-token"));
        return r.out.substr(r.out.find("action.opened"));
    };
    const std::string head = "action.opened at endpoint e:\n";
    const std::string taken = head + "  yes  all\n  handlers: a\n";
    const auto left_out = [&](const std::string& why) {
        return head + "  left out by the endpoint's `only`: " + why +
               " (answered 200, not kept)\n  handlers: none\n";
    };
    const std::string other = R"(,"payload":{"object":{"creator":{"workspace_name":"Other\u001b[31m"}}})";
    for (const auto* file : {&lenient, &strict}) {
        CHECK(out_of(*file, other) == left_out("it names the workspace \"Other?[31m\""));
        const auto by_type = run({file->path(), "action.opened", {}});
        CHECK_THAT(by_type.out, !Catch::Contains("crm-token") && Catch::Contains("  yes  all\n"));
        CHECK_THAT(by_type.out, Catch::Contains("  only if the endpoint's `only` names its workspace"));
    }
    CHECK(out_of(lenient, "") == taken);
    CHECK(out_of(strict, "") == left_out("it names no workspace"));
    CHECK(out_of(strict, R"(,"tenant_id":"wsp_1")") ==
          left_out("it tells its workspace in another way, as \"wsp_1\""));
}

TEST_CASE("what follows a final route with a condition is not shown as certain", "[cli]") {
    const scratch_file file("final.yaml", R"(
endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]
handlers: {a: {type: log}, b: {type: log}}
routes:
  - {name: some, match: action.stalled, when: {/x: [1, true]}, handlers: a, final: true}
  - {name: rest, match: "*", handlers: [a, b]}
)");
    const auto by_type = run({file.path(), "action.stalled", {}});
    CHECK(by_type.out.ends_with("  if   some  (only if /x is one of: 1, true)\n"
                                "  if   rest  (only if route some does not apply)\n"
                                "  handlers: a (if route some applies), b (if route rest applies)\n"));
    const scratch_file event("final.json", R"({"id":"evt_1","type":"action.stalled","x":1.0})");
    CHECK(
        run({file.path(), event.path(), {}})
            .out.ends_with("  yes  some  (/x is 1.0)\n  no   rest  (route some is final)\n  handlers: a\n"));
}

TEST_CASE("check-config tells which part of a condition decided, and no secret of the file", "[cli]") {
    const scratch_file file("decided.yaml", R"(
endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]
handlers: {a: {type: log}}
routes:
  - name: parts
    match: [action.opened, action.closed, "action.?talled"]
    when: { all: [{ /n: { gt: 5 } }, { /p/*/state: { not: [open, late] } }], /s: "${file:/run/secrets/crm}" }
    handlers: a
)");
    const std::pair<const char*, const char*> rows[] = {
        {R"("n":6,"p":[{"state":"closed"}],"s":"crm-token")",
         "  yes  parts  (/n is 6; /p/*/state is \"closed\"; /s is \"crm-token\")\n  handlers: a\n"},
        {R"("n":5,"p":[])", "  no   parts  (/n is 5, wanted more than 5)\n  handlers: none\n"},
        {R"("n":6,"p":[{"state":"closed"},{"state":"open"}])",
         "  no   parts  (/p/*/state is \"open\", wanted not one of: \"open\", \"late\")\n  handlers: none\n"},
        {R"("n":6,"s":"x")",
         "  no   parts  (/s is \"x\", wanted \"${file:/run/secrets/crm}\")\n  handlers: none\n"},
    };
    for (const auto& [members, lines] : rows) {
        INFO(members);
        const scratch_file event("decided.json",
                                 R"({"id":"evt_1","type":"action.stalled",)" + std::string(members) + '}');
        CHECK(run({file.path(), event.path(), {}}).out.ends_with(lines));
    }
    CHECK(run({file.path(), "action.stalled", {}})
              .out.ends_with(
                  "  if   parts  (only if (/n is more than 5 and /p/*/state is not one of: \"open\", "
                  "\"late\") and /s is \"${file:/run/secrets/crm}\")\n"
                  "  handlers: a (if route parts applies)\n"));
    CHECK(run({file.path(), "apikey.created", {}})
              .out.ends_with("  no   parts  (only for action.opened, action.closed, action.?talled)\n"
                             "  handlers: none\n"));
}

TEST_CASE("check-config quotes no secret of an event", "[cli]") {
    const scratch_file file("quoting.yaml", R"(
endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]
handlers: {a: {type: log}}
routes:
  - { name: token, match: "*", when: { /payload/object/token: { matches: "^apikey_" } }, handlers: a }
  - { name: link, match: "*", when: { /payload/object/actions/*/url: x }, handlers: a }
)");
    const scratch_file event(
        "quoting.json", R"({"id":"evt_1","type":"apikey.created","payload":{"object":{"token":"apikey_live",)"
                        R"("actions":[{"url":"https://sign.example/a"}]}}})");
    CHECK(run({file.path(), event.path(), {}})
              .out.ends_with("  yes  token  (/payload/object/token is \"***\")\n"
                             "  no   link  (/payload/object/actions/*/url is \"***\", wanted \"x\")\n"
                             "  handlers: a\n"));
}

TEST_CASE("the command line of check-config hands over its options", "[cli]") {
    CLI::App app;
    int code = -1;
    cli::add_check_config_command(app, code);
    const std::string file = test::source_folder() + "/config/development.yaml";
    const std::string missing = "/nowhere.yaml";
    std::ostringstream out, err;
    auto* old_out = std::cout.rdbuf(out.rdbuf());
    auto* old_err = std::cerr.rdbuf(err.rdbuf());
    CHECK_NOTHROW(app.parse("check-config " + file + " --event apikey.created --endpoint development"));
    const int good = code;
    app.clear();
    CHECK_NOTHROW(app.parse("check-config " + missing));
    std::cout.rdbuf(old_out);
    std::cerr.rdbuf(old_err);
    CHECK(good == exit_code::ok);
    CHECK(out.str().ends_with("  yes  everything\n  handlers: audit\n"));
    CHECK(code == exit_code::configuration);
    // During development the keys are made later.
    CHECK(err.str().starts_with(file + ":16:21: endpoints[0].signature.jwks.file: warning: "));
    CHECK(err.str().ends_with("\n/nowhere.yaml: cannot be read: No such file or directory\n"));
    CHECK_THROWS_AS(app.parse("check-config"), CLI::RequiredError);
}
