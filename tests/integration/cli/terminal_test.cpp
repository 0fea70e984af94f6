#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/paths.hpp"
#include "support/run_tool.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <string>
#include <vector>

using namespace webhookd;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;

namespace {

/// What the command shows on a terminal of so many columns.
std::string on_terminal(int port, const std::string& command, const std::string& before = "TERM=xterm",
                        int columns = 200) {
    return test::run_tool({"script", "-qec",
                           "stty cols " + std::to_string(columns) + "; " + before + " '" +
                               test::daemon_program() + "' " + command + " --admin " + test::address(port),
                           "/dev/null"});
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        if (line.ends_with('\r')) line.pop_back();
        lines.push_back(line);
    }
    return lines;
}

daemon_setup with_failures() {
    daemon_setup setup;
    setup.handlers =
        "  fine: { type: log }\n"
        "  broken: { type: shell, command: \"echo a long story about what went wrong here; exit 3\", "
        "retry: { max_attempts: 1 } }\n"
        "  waiting: { type: shell, command: \"exit 75\", retry: { initial: 1h } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [fine, broken, waiting] }\n";
    return setup;
}

} // namespace

TEST_CASE("states have colours on a terminal, and nowhere else", "[cli][terminal]") {
    daemon_fixture daemon(with_failures());
    test::keep(daemon, "action.opened", 1);
    REQUIRE(test::wait_for_condition([&] {
        return count_deliveries(daemon, "state=failed") == 1 &&
               count_deliveries(daemon, "state=successful") == 1;
    }));
    const int port = daemon.admin_port();
    const auto shown = on_terminal(port, "deliveries list");
    CHECK(contains(shown, "\x1b[32msuccessful\x1b[0m"));
    CHECK(contains(shown, "\x1b[31mfailed\x1b[0m"));
    CHECK(contains(shown, "\x1b[33mpending\x1b[0m"));
    CHECK(contains(on_terminal(port, "deliveries show 2"), "\x1b[31mfailed\x1b[0m"));
    CHECK(contains(on_terminal(port, "handlers"), "\x1b[32mclosed\x1b[0m"));

    for (const std::string command : {"deliveries list", "deliveries show 2", "handlers", "events list",
                                      "events types", "events count", "report"}) {
        INFO(command);
        CHECK_FALSE(contains(on_terminal(port, command, "NO_COLOR=1 TERM=xterm"), "\x1b"));
        CHECK_FALSE(contains(on_terminal(port, command, "TERM=dumb"), "\x1b"));
        CHECK_FALSE(contains(on_terminal(port, command + " --json"), "\x1b"));
        std::istringstream words(command);
        std::vector<std::string> arguments;
        for (std::string word; words >> word;)
            arguments.push_back(word);
        const auto piped = test::run_at(port, arguments);
        CHECK(piped.code == 0);
        CHECK_FALSE(contains(piped.out, "\x1b"));
        arguments.emplace_back("--json");
        CHECK(test::parse(test::run_at(port, arguments).out).IsObject());
    }
}

TEST_CASE("a table fits a narrow terminal, and is whole in a file", "[cli][terminal]") {
    daemon_fixture daemon(with_failures());
    test::keep(daemon, "action.opened", 1);
    REQUIRE(test::wait_for_condition([&] { return count_deliveries(daemon, "state=failed") == 1; }));
    const int port = daemon.admin_port();
    const auto narrow = lines_of(on_terminal(port, "events types", "NO_COLOR=1 TERM=xterm", 70));
    REQUIRE(narrow.size() == 25);
    for (const auto& line : narrow) {
        INFO(line);
        CHECK(line.size() <= 70 + std::string("…").size() - 1);
    }
    CHECK(contains(narrow.back(), "…"));
    CHECK_FALSE(contains(test::run_at(port, {"events", "types"}).out, "…"));
}

TEST_CASE("an empty answer says so", "[cli][terminal]") {
    daemon_fixture daemon;
    for (const std::string command : {"events list", "deliveries list"}) {
        INFO(command);
        CHECK(lines_of(on_terminal(daemon.admin_port(), command)) == std::vector<std::string>{"none"});
    }
}

TEST_CASE("JSON shows what a terminal would obey as escapes", "[cli][terminal]") {
    daemon_fixture daemon;
    const auto id = test::keep(daemon, "action.opened", 1,
                               {{"/payload/object/name", "a\u202eb\u009b31mc\u007f 契約\u2028"}});
    const int port = daemon.admin_port();
    for (const auto& shown : {test::run_at(port, {"events", "show", id}).out,
                              test::run_at(port, {"events", "show", id, "--json"}).out}) {
        CHECK(contains(shown, R"("name": "a\u202eb\u009b31mc\u007f 契約\u2028")"));
        CHECK_FALSE(contains(shown, "\u202e"));
    }
    const auto whole = test::parse(test::run_at(port, {"events", "show", id, "--json"}).out);
    CHECK(whole["response"]["name"].GetString() == std::string("a\u202eb\u009b31mc\u007f 契約\u2028"));
    CHECK(contains(whole["raw_body"].GetString(), "\u202e"));
}

TEST_CASE("a list that has more says how to go on", "[cli][terminal]") {
    daemon_fixture daemon(with_failures());
    test::keep(daemon, "action.opened", 1);
    const int port = daemon.admin_port();
    const auto first = test::run_at(port, {"deliveries", "list", "--limit", "2"});
    CHECK(contains(first.err, "There are more: --cursor 2\n"));
    const auto second = test::run_at(port, {"deliveries", "list", "--limit", "2", "--cursor", "2"});
    CHECK(lines_of(second.out).size() == 2);
    CHECK(second.err.empty());
}

TEST_CASE("a wrong call is told in the caller's words", "[cli][terminal]") {
    const auto mistyped = test::run({"evnts"});
    CHECK(mistyped.code == 64);
    CHECK(contains(mistyped.err, "\"evnts\" is no command here; did you mean \"events\"?"));
    const auto below = test::run({"events", "lst"});
    CHECK(below.code == 64);
    CHECK(contains(below.err, "\"lst\" is no command here; did you mean \"list\"?"));
    CHECK(contains(test::run({"events"}).err, "A subcommand is required"));
    CHECK(contains(test::run({"check-config"}).err, "FILE is required"));

    CHECK(test::run({"handlers", "--admin", "nonsense"}).code == 64);
    daemon_fixture daemon;
    const auto missing = test::run_at(daemon.admin_port(), {"events", "show", "evt_none"});
    CHECK(missing.code == 65);
    CHECK(missing.err == "universign-webhookd: HTTP 404: There is no such event.\n");
    const auto elsewhere = test::run({"handlers", "--admin", test::address(daemon.ingest_port())});
    CHECK(elsewhere.code == 65);
    CHECK(contains(elsewhere.err, "universign-webhookd: HTTP 404: "));
}

TEST_CASE("what cannot be done now ends as unavailable", "[cli][terminal]") {
    daemon_setup setup = with_failures();
    setup.sections = "queue: { max_pending: 1 }\n";
    daemon_fixture daemon(setup);
    const auto id = test::keep(daemon, "action.opened", 1);
    REQUIRE(test::wait_for_condition([&] { return count_deliveries(daemon, "state=pending") == 1; }));
    const auto later = test::run_at(daemon.admin_port(), {"events", "replay", id});
    CHECK(later.code == 69);
    CHECK(contains(later.err, "HTTP 503: "));
}
