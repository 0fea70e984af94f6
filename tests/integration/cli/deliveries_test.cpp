#include <webhookd/event/sample.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/process.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::address;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::parse;
using test::run;
using test::run_at;
using test::wait_for_condition;

namespace {

/// A daemon whose only handler fails for good until a file is there.
struct broken_daemon {
    explicit broken_daemon(const std::string& admin = {}) {
        daemon_setup setup;
        setup.admin = admin;
        setup.handlers = "  hook: { type: shell, command: 'test -e " + (directory / "repaired").string() +
                         " || { echo broken; exit 3; }', retry: { initial: 10ms, max_attempts: 2 } }\n";
        setup.routes = "  - { name: all, match: \"*\", handlers: hook }\n";
        daemon.emplace(setup);
    }
    void post(std::uint64_t seed) {
        REQUIRE(daemon->post(event::make_sample("action.opened", {.seed = seed}).value()).status == 200);
    }
    [[nodiscard]] int port() const { return daemon->admin_port(); }

    test::temp_directory directory;
    std::optional<daemon_fixture> daemon;
};

} // namespace

TEST_CASE("an operator lists, looks into and retries deliveries", "[cli]") {
    broken_daemon d;
    CHECK(run_at(d.port(), {"deliveries", "list"}).out == "none\n");
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        d.post(seed);
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=failed") == 3; }));

    const auto table = run_at(d.port(), {"deliveries", "list", "--state", "failed", "--handler", "hook"});
    CHECK(table.code == 0);
    CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 4);
    CHECK(table.out.starts_with("id  state   attempts  handler"));
    CHECK(contains(table.out, "exit code 3; that was the last attempt"));
    CHECK(run_at(d.port(), {"deliveries", "list", "--state", "successful"}).out == "none\n");
    CHECK(run_at(d.port(), {"deliveries", "list", "--since", "1h"}).out ==
          run_at(d.port(), {"deliveries", "list"}).out);
    CHECK(run_at(d.port(), {"deliveries", "list", "--before", "2001-01-01"}).out == "none\n");
    CHECK(run_at(d.port(), {"deliveries", "list", "--cause", "another"}).out == "none\n");
    CHECK(run_at(d.port(), {"deliveries", "list", "--since", "1h", "--after", "2001-01-01"}).code == 64);

    const auto listed = parse(run_at(d.port(), {"deliveries", "list", "--json", "--limit", "2"}).out);
    REQUIRE(listed["data"].Size() == 2);
    CHECK(listed["has_more"].GetBool());
    const std::string event = listed["data"][0]["event"].GetString();
    const auto of_event = parse(run_at(d.port(), {"deliveries", "list", "--json", "--event", event}).out);
    CHECK(of_event["data"].Size() == 1);

    const auto shown = run_at(d.port(), {"deliveries", "show", "1"});
    CHECK(shown.code == 0);
    CHECK(contains(shown.out, "state     failed\n"));
    CHECK(contains(shown.out, "attempts  2\n"));
    CHECK(contains(shown.out, "  broken\n"));
    CHECK(parse(run_at(d.port(), {"deliveries", "show", "1", "--json"}).out)["history"].Size() == 2);

    test::write_text(d.directory / "repaired", "");
    CHECK(run_at(d.port(), {"deliveries", "retry", "1"}).out == "1 retried\n");
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=successful") == 1; }));
    CHECK(run_at(d.port(), {"deliveries", "retry", "--handler", "hook", "--json"}).out ==
          "{\"retried\":2}\n");
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=successful") == 3; }));
    const auto again = run_at(d.port(), {"deliveries", "retry", "1"});
    CHECK(again.code == 65);
    CHECK(contains(again.err, "HTTP 409: The delivery has not failed: it is successful."));
    CHECK(run_at(d.port(), {"deliveries", "retry"}).out == "0 retried\n");
}

TEST_CASE("an operator sees what failed for which cause, and retries or discards all of that", "[cli]") {
    broken_daemon d;
    CHECK(run_at(d.port(), {"deliveries", "groups"}).out == "none\n");
    for (std::uint64_t seed = 1; seed <= 4; ++seed)
        d.post(seed);
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=failed") == 4; }));
    const std::string cause = "exit code 3; that was the last attempt";
    const auto table = run_at(d.port(), {"deliveries", "groups"});
    CHECK(table.out.starts_with("handler  deliveries  first_finished"));
    CHECK(contains(table.out, "hook     4 "));
    CHECK(contains(table.out, cause + "\n"));
    const auto json = parse(run_at(d.port(), {"deliveries", "groups", "--json", "--handler", "hook"}).out);
    REQUIRE(json["data"].Size() == 1);
    CHECK(json["data"][0]["cause"].GetString() == cause);

    CHECK(run_at(d.port(), {"deliveries", "discard", "1", "2", "--reason", "sent by \"hand\""}).out ==
          "2 discarded\n");
    const auto shown = run_at(d.port(), {"deliveries", "show", "1"});
    CHECK(contains(shown.out, "state     discarded\n"));
    CHECK(contains(shown.out, "\nDISCARDED\n"));
    CHECK(contains(shown.out, "sent by \"hand\"\n"));
    CHECK(run_at(d.port(), {"deliveries", "discard", "1", "--reason", "again"}).code == 65);
    const std::vector<std::string> of_hook{"--handler", "hook", "--reason", "no use", "--json", "--cause"};
    const auto discard = [&](const std::string& for_cause) {
        std::vector<std::string> command{"deliveries", "discard"};
        command.insert(command.end(), of_hook.begin(), of_hook.end());
        command.push_back(for_cause);
        return run_at(d.port(), command).out;
    };
    CHECK(discard("another") == "{\"discarded\":0}\n");
    CHECK(run_at(d.port(), {"deliveries", "retry", "--cause", "another"}).out == "0 retried\n");
    CHECK(run_at(d.port(), {"deliveries", "retry", "3"}).out == "1 retried\n");
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=failed") == 2; }));
    CHECK(discard(cause) == "{\"discarded\":2}\n");
    test::write_text(d.directory / "repaired", "");
    CHECK(run_at(d.port(), {"deliveries", "retry", "--cause", cause}).out == "0 retried\n");
    CHECK(run_at(d.port(), {"deliveries", "retry", "1"}).out == "1 retried\n");
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=successful") == 1; }));
    CHECK(run_at(d.port(), {"deliveries", "discard", "--reason", "all"}).code == 64);
}

TEST_CASE("an operator sees how each handler is doing", "[cli]") {
    broken_daemon d;
    d.post(1);
    REQUIRE(wait_for_condition([&] { return count_deliveries(*d.daemon, "state=failed") == 1; }));
    const auto table = run_at(d.port(), {"handlers"});
    CHECK(table.code == 0);
    CHECK(table.out.starts_with("name  circuit  waiting  in_flight"));
    CHECK(contains(table.out, "\nhook  closed   0        0"));
    const auto json = parse(run_at(d.port(), {"handlers", "--json"}).out);
    REQUIRE(json["data"].Size() == 1);
    CHECK(json["data"][0]["failed"].GetInt64() == 1);
}

TEST_CASE("without the right token an operator gets nothing, and 77", "[cli]") {
    broken_daemon d("  tokens:\n"
                    "    - { name: ops, role: integrator, sha256: "
                    "\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\" }\n"); // of "foo"
    for (const auto& command : std::vector<std::vector<std::string>>{
             {"deliveries", "list"}, {"deliveries", "show", "1"}, {"deliveries", "retry"}, {"handlers"}}) {
        CAPTURE(command);
        const auto none = run_at(d.port(), command);
        CHECK(none.code == 77);
        CHECK(none.out.empty());
        CHECK(contains(none.err, "HTTP 401: A valid token is needed."));
        auto wrong = command;
        wrong.insert(wrong.end(), {"--token", "not-the-token"});
        const auto refused = run_at(d.port(), wrong);
        CHECK(refused.code == 77);
        CHECK(!contains(refused.err, "not-the-token"));
    }
    CHECK(run_at(d.port(), {"deliveries", "list", "--token", "foo"}).out == "none\n");
    CHECK(run({"deliveries", "list"},
              {"UNIVERSIGN_WEBHOOKD_TOKEN=foo", "UNIVERSIGN_WEBHOOKD_ADMIN=" + address(d.port())})
              .out == "none\n");
    CHECK(!contains(d.daemon->stderr_text(), "not-the-token"));
}

TEST_CASE("the exit code tells a daemon that is not there from a call that is wrong", "[cli]") {
    const auto nobody = test::free_port();
    for (const auto& command : std::vector<std::vector<std::string>>{{"deliveries", "list"},
                                                                     {"deliveries", "show", "1"},
                                                                     {"deliveries", "retry", "1"},
                                                                     {"handlers"}}) {
        CAPTURE(command);
        const auto absent = run_at(nobody, command);
        CHECK(absent.code == 69);
        CHECK(absent.out.empty());
        CHECK(contains(absent.err, address(nobody)));
    }
    for (const auto& command :
         std::vector<std::vector<std::string>>{{"deliveries"},
                                               {"deliveries", "list", "--state", "lost"},
                                               {"deliveries", "list", "--limit", "0"},
                                               {"deliveries", "list", "--limit", "1001"},
                                               {"deliveries", "show"},
                                               {"deliveries", "show", "one"},
                                               {"deliveries", "show", "1", "2"},
                                               {"deliveries", "retry", "one"},
                                               {"handlers", "crm"}}) {
        CAPTURE(command);
        CHECK(run(command).code == 64);
    }
    broken_daemon d;
    const auto missing = run_at(d.port(), {"deliveries", "show", "99"});
    CHECK(missing.code == 65);
    CHECK(contains(missing.err, "HTTP 404: There is no such delivery."));
}

TEST_CASE("nothing that an admin listener says can play with the terminal", "[cli]") {
    const std::string hostile = R"(\u001b[2J\u001b]0;owned\u0007\r\nnext\u007f\u009b31m)"
                                "\xc2\x9b"
                                "5m";
    const std::string delivery =
        R"({"id":1,"event":")" + hostile + R"(","type":")" + hostile + R"(","endpoint":")" + hostile +
        R"(","handler":")" + hostile + R"(","state":")" + hostile + R"(","attempts":1,"reason":")" + hostile +
        R"(","history":[{"status":1,"reason":")" + hostile + R"(","output":")" + hostile + R"("}]})";
    const std::string handler = R"({"name":")" + hostile + R"(","last_error":")" + hostile + R"("})";
    const test::scripted_server server([&](const test::scripted_request& request) {
        const auto target = request.target();
        if (target.ends_with("/retry")) return test::http_reply(409, R"({"detail":")" + hostile + R"("})");
        if (target == "/v1/deliveries/1") return test::http_reply(200, delivery);
        return test::http_reply(200, R"({"data":[)" + (target == "/v1/handlers" ? handler : delivery) + "]}");
    });
    for (const auto& command : std::vector<std::vector<std::string>>{{"deliveries", "list"},
                                                                     {"deliveries", "show", "1"},
                                                                     {"deliveries", "retry", "1"},
                                                                     {"handlers"}}) {
        CAPTURE(command);
        const auto text = run_at(server.port(), command);
        const auto all = text.out + text.err;
        CHECK(contains(all, "?[2J?]0;owned???next??31m?5m"));
        CHECK(std::none_of(all.begin(), all.end(),
                           [](unsigned char c) { return (c < 0x20 && c != '\n') || c >= 0x7f; }));
    }
}

TEST_CASE("an answer that is none of ours is an error, not a crash", "[cli]") {
    for (const std::string body : {"", "<html>", "[]", "7", "null", "{\"data\":", "{\"data\":{}}",
                                   "{\"data\":[7,null,[]]}", "{\"data\":[{\"id\":{}}],\"history\":{}}"}) {
        CAPTURE(body);
        const test::scripted_server server(
            [&](const test::scripted_request&) { return test::http_reply(200, body); });
        for (const auto& command : std::vector<std::vector<std::string>>{{"deliveries", "list"},
                                                                         {"deliveries", "show", "1"},
                                                                         {"deliveries", "retry"},
                                                                         {"handlers"}}) {
            const auto text = run_at(server.port(), command);
            CHECK(text.code == (body.starts_with("{\"data\":{") || body.starts_with("{\"data\":[") ? 0 : 65));
        }
    }
}
