#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/exit_code.hpp>

#include "cli/trigger.hpp"
#include "support/cli_console.hpp"
#include "support/free_port.hpp"
#include "support/scripted_server.hpp"
#include "support/signature_keys.hpp"
#include "support/temp_directory.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>

using namespace webhookd;
using namespace webhookd::cli;

namespace {

/// Checks signatures and answers as the daemon does.
class small_daemon {
public:
    small_daemon()
        : keys_{test::set_of({&test::signing_key()})}
        , server_{[this](const test::scripted_request& request) { return answer(request); }} {}

    [[nodiscard]] const test::scripted_server& server() const { return server_; }

private:
    test::scripted_reply answer(const test::scripted_request& request) {
        if (!test::check_signature(keys_, request.header("x-jws-signature"), request.body))
            return test::http_reply(401,
                                    R"({"title":"Unauthorized","status":401,"detail":"signature-mismatch"})");
        const auto id = event::parse_envelope(request.body).value().id;
        const std::lock_guard lock{mutex_};
        const bool fresh = seen_.insert(id).second;
        return test::http_reply(200, R"({"status":")" + std::string{fresh ? "accepted" : "duplicate"} +
                                         R"(","event":")" + id + R"("})");
    }

    signature::key_set keys_;
    std::mutex mutex_;
    std::set<std::string> seen_;
    test::scripted_server server_;
};

class trial {
public:
    trial() { write("private.pem", test::signing_key().private_pem()); }

    [[nodiscard]] trigger_options options(std::vector<std::string> types) const {
        return {.types = std::move(types),
                .url = daemon.server().url("/webhooks/universign"),
                .key = path("private.pem")};
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream{folder_.path() / name, std::ios::binary} << bytes;
    }

    small_daemon daemon;

private:
    test::temp_directory folder_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("trigger --all posts one event of every documented type, and the second time duplicates", "[cli]") {
    trial t;
    auto options = t.options({});
    options.all = true;
    const auto count = std::to_string(event::catalogue().size());
    {
        const test::cli_console console;
        CHECK(run_trigger(options, console.io()) == exit_code::ok);
        CHECK(contains(console.out(), count + " posted: " + count + " accepted, 0 duplicate, 0 refused\n"));
        for (const auto& type : event::catalogue())
            CHECK(contains(console.out(), std::string{type.name} + ' '));
    }
    const test::cli_console console;
    CHECK(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(contains(console.out(), count + " posted: 0 accepted, " + count + " duplicate, 0 refused\n"));
    CHECK(t.daemon.server().accepted() == 2); // one connection for each run

    const auto requests = t.daemon.server().requests();
    const auto half = requests.size() / 2;
    for (std::size_t i = 0; i < half; ++i)
        CHECK(requests[i].body == requests[i + half].body);
}

TEST_CASE("trigger --count makes other events of each seed, and --seed another world", "[cli]") {
    trial t;
    auto options = t.options({"action.closed", "apikey.created"});
    options.count = 3;
    const test::cli_console console;
    CHECK(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(contains(console.out(), "6 posted: 6 accepted, 0 duplicate, 0 refused"));
    options.count = 1;
    options.seed = 3;
    CHECK(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(contains(console.out(), "2 posted: 0 accepted, 2 duplicate, 0 refused"));
    options.seed = 18'446'744'073'709'551'615ULL;
    CHECK(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(contains(console.out(), "2 posted: 2 accepted"));
}

TEST_CASE("trigger --set changes the sample", "[cli]") {
    trial t;
    auto options = t.options({"transaction.lifecycle.completed"});
    options.sets = {"/payload/object/name=a=b", "/id=evt_mine"};
    const test::cli_console console;
    REQUIRE(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(contains(console.out(), "evt_mine"));
    CHECK(contains(t.daemon.server().requests().at(0).body, "a=b"));
}

TEST_CASE("trigger posts a file's bytes as they are", "[cli]") {
    trial t;
    const std::string bytes = "{ \"id\":\"evt_file\",\r\n\"type\":\"x.y\" }\n";
    t.write("body.json", bytes);
    auto options = t.options({});
    options.bodies = {t.path("body.json")};
    const test::cli_console console;
    REQUIRE(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(t.daemon.server().requests().at(0).body == bytes);
    CHECK(console.out().starts_with("x.y  evt_file"));
}

TEST_CASE("trigger ends with 1 and shows the reason when something is refused", "[cli]") {
    trial t;
    auto options = t.options({"action.closed"});
    options.tamper = GENERATE(tampering::body, tampering::signature);
    const test::cli_console console;
    CHECK(run_trigger(options, console.io()) == exit_code::failed);
    CHECK(contains(console.out(), "  401  signature-mismatch"));
    CHECK(contains(console.out(), "1 posted: 0 accepted, 0 duplicate, 1 refused"));
}

TEST_CASE("trigger prints a line of JSON for each event when asked", "[cli]") {
    trial t;
    auto options = t.options({"action.closed"});
    options.json = true;
    const test::cli_console console;
    CHECK(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(console.out().starts_with(R"({"type":"action.closed","event":"evt_)"));
    CHECK(contains(console.out(),
                   R"("http_status":200,"outcome":"accepted","answer":"accepted","latency_ms":)"));
    CHECK(console.out().ends_with(
        "{\"posted\":1,\"accepted\":1,\"duplicate\":0,\"ignored\":0,\"refused\":0}\n"));
}

TEST_CASE("an answer that means to paint the terminal is shown harmlessly", "[cli]") {
    test::scripted_server server{
        [](const auto&) { return test::http_reply(200, R"({"status":"\u001b[31mred\n"})"); }};
    trial t;
    auto options = t.options({"action.closed"});
    options.url = server.url("/");
    const test::cli_console console;
    CHECK(run_trigger(options, console.io()) == exit_code::ok);
    CHECK(contains(console.out(), "?[31mred?"));
}

TEST_CASE("trigger says what was meant and what is missing before anything is posted", "[cli]") {
    trial t;
    const auto run = [](const trigger_options& options, const std::string& said) {
        const test::cli_console console;
        const int code = run_trigger(options, console.io());
        CAPTURE(console.err());
        CHECK(contains(console.err(), said));
        return code;
    };
    CHECK(run(t.options({"transaction.lifecycle.complete"}),
              "no such event type; did you mean transaction.lifecycle.completed?") == exit_code::usage);
    CHECK(run(t.options({}), "or --all") == exit_code::usage);

    auto options = t.options({"action.closed"});
    options.sets = {"id=x"};
    CHECK(run(options, "not /pointer=value") == exit_code::usage);
    options.sets = {"/id/below/a/text=x"};
    CHECK(run(options, "action.closed: ") == exit_code::usage);
    options = t.options({"action.closed"});
    options.key = t.path("missing.pem");
    CHECK(run(options, "keys generate") == exit_code::no_input);
    t.write("bad.pem", "no key");
    options.key = t.path("bad.pem");
    CHECK(run(options, "not a PEM private key") == exit_code::data_error);
    options = t.options({});
    options.bodies = {t.path("missing.json")};
    CHECK(run(options, "missing.json") == exit_code::no_input);
    options = t.options({"action.closed"});
    options.url = "localhost:8080";
    CHECK(run(options, "--url: ") == exit_code::usage);
    CHECK(t.daemon.server().accepted() == 0);
}

TEST_CASE("trigger ends with 69 when nobody listens", "[cli]") {
    trial t;
    auto options = t.options({"action.closed", "action.opened"});
    options.url = "http://127.0.0.1:" + std::to_string(test::free_port()) + "/";
    const test::cli_console console;
    CHECK(run_trigger(options, console.io()) == exit_code::unavailable);
    CHECK(contains(console.err(), "is the daemon running"));
}

TEST_CASE("trigger takes its key from the environment when none is named", "[cli]") {
    trial t;
    auto options = t.options({"action.closed"});
    ::setenv(trigger_key_environment, options.key.c_str(), 1);
    options.key.clear();
    const test::cli_console console;
    const int code = run_trigger(options, console.io());
    ::unsetenv(trigger_key_environment);
    CHECK(code == exit_code::ok);
}

TEST_CASE("the command trigger reads its options", "[cli]") {
    trial t;
    t.write("body.json", R"({"id":"evt_file","type":"x.y"})");
    CLI::App app;
    int code = -1;
    add_trigger_command(app, code);
    app.parse("trigger action.closed action.opened --url " + t.daemon.server().url("/x") + " --key " +
              t.path("private.pem") + " --count 2 --seed 7 --set /id=evt_a --set /user_id=u --body " +
              t.path("body.json") + " --json --tamper body");
    CHECK(code == exit_code::failed);
    CHECK(t.daemon.server().requests().size() == 5);
    for (const char* line : {"trigger --count 0 x", "trigger --tamper much x", "trigger --count many x"}) {
        CLI::App other;
        add_trigger_command(other, code);
        CHECK_THROWS_AS(other.parse(line), CLI::ParseError);
    }
}
