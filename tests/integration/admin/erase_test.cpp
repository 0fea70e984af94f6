#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace webhookd;
using test::ask;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::keep;
using test::wait_for_condition;

namespace {

constexpr const char* secret = "Zaphod-Beeblebrox-42";

/// All that the database's files hold.
std::string database_bytes(const daemon_fixture& daemon) {
    std::string all;
    for (const auto& each : std::filesystem::directory_iterator(daemon.directory()))
        if (each.path().filename().string().starts_with("events.db")) all += test::read_text(each.path());
    return all;
}

std::string transaction_of(daemon_fixture& daemon, const std::string& event) {
    return ask(daemon, "/v1/events/" + event)["transaction_id"].GetString();
}

} // namespace

TEST_CASE("a transaction is erased: from every answer, and from the files", "[erase]") {
    daemon_setup setup;
    // Says what it was given, as a careless program would, and fails; the other waits for a long time.
    setup.handlers = "  echo: { type: shell, command: \"cat\" }\n"
                     "  crm: { type: shell, command: \"exit 1\", retry: { initial: 1h, jitter: none } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [echo, crm] }\n";
    daemon_fixture daemon(setup);
    const test::changes named{{"/payload/object/name", secret}};
    keep(daemon, "transaction.lifecycle.started", 1, named);
    const auto id = keep(daemon, "transaction.lifecycle.completed", 1, named);
    const auto other = keep(daemon, "transaction.lifecycle.completed", 2);
    REQUIRE(
        wait_for_condition([&] { return count_deliveries(daemon, "handler=echo&state=successful") == 3; }));
    REQUIRE(wait_for_condition([&] {
        const auto waiting = ask(daemon, "/v1/deliveries?handler=crm");
        std::int64_t attempts = 0;
        for (const auto& each : waiting["data"].GetArray())
            attempts += each["attempts"].GetInt64();
        return attempts == 3;
    }));
    REQUIRE(contains(database_bytes(daemon), secret));
    const auto transaction = transaction_of(daemon, id);
    const auto report = daemon.get("/v1/events/report").body;

    const auto target = "/v1/transactions/" + transaction + "/erase";
    const auto preview = ask(daemon, target + "?dry_run=true", "POST");
    CHECK(preview["dry_run"].GetBool());
    CHECK(preview["events"].GetInt64() == 2);
    CHECK(preview["bodies"].GetInt64() == 2);
    CHECK(preview["deliveries_failed"].GetInt64() == 2);
    CHECK(preview["by"].IsNull());
    CHECK(preview["remnants"].IsNull());
    CHECK_FALSE(ask(daemon, "/v1/events/" + id)["payload_purged"].GetBool());

    const auto done = ask(daemon, target, "POST");
    CHECK(done["bodies"].GetInt64() == 2);
    CHECK(done["deliveries_failed"].GetInt64() == 2);
    CHECK(done["by"].GetString() == std::string("local"));
    CHECK(done["remnants"].GetString() == std::string("none"));
    CHECK_FALSE(contains(database_bytes(daemon), secret));

    const auto whole = daemon.get("/v1/events/" + id).body;
    CHECK_FALSE(contains(whole, secret));
    const auto e = ask(daemon, "/v1/events/" + id);
    CHECK(e["payload_purged"].GetBool());
    CHECK(e["user_id"].IsNull());
    CHECK(e["erased"]["by"].GetString() == std::string("local"));
    CHECK(e["erased"]["at"].GetString() == std::string(done["at"].GetString()));
    CHECK(e["story"].Size() == 2);
    for (const auto& each : e["deliveries"].GetArray())
        if (each["handler"].GetString() == std::string("crm")) {
            CHECK(each["state"].GetString() == std::string("failed"));
            CHECK(each["reason"].GetString() == std::string("the transaction was erased"));
        }
    const auto kept = ask(daemon, "/v1/events/" + other);
    CHECK_FALSE(kept["payload_purged"].GetBool());
    CHECK(kept["erased"].IsNull());
    CHECK(daemon.get("/v1/events/report").body == report);
    CHECK(wait_for_condition([&] {
        return contains(daemon.stderr_text(),
                        R"("a transaction was erased","by":"local","transaction":")" + transaction + '"');
    }));
    CHECK_FALSE(contains(daemon.stderr_text(), secret));

    // Repeated, it finds nothing more; the store goes on.
    CHECK(ask(daemon, target, "POST")["bodies"].GetInt64() == 0);
    keep(daemon, "action.opened", 5);
    daemon.restart();
    CHECK_FALSE(contains(database_bytes(daemon), secret));
    CHECK(ask(daemon, "/v1/events/" + id)["erased"].IsObject());
}

TEST_CASE("what was claimed when its transaction was erased does not run", "[erase]") {
    const test::temp_directory directory;
    const auto ran = directory.path() / "ran";
    const auto open = directory.path() / "open";
    daemon_setup setup;
    setup.handlers =
        "  slow:\n    type: shell\n    concurrency: 1\n    command: 'echo \"$UNIVERSIGN_EVENT_ID\" >>" +
        ran.string() + "; while [ ! -e " + open.string() + " ]; do sleep 0.02; done'\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [slow] }\n";
    daemon_fixture daemon(setup);
    // It holds the only slot; what follows is claimed, and waits in memory.
    const auto first = keep(daemon, "action.opened", 9);
    REQUIRE(wait_for_condition([&] { return std::filesystem::exists(ran); }));
    const auto erased = keep(daemon, "transaction.lifecycle.completed", 1);
    const auto last = keep(daemon, "action.opened", 10);

    const auto target = "/v1/transactions/" + transaction_of(daemon, erased) + "/erase";
    CHECK(ask(daemon, target, "POST")["deliveries_failed"].GetInt64() == 1);
    test::write_text(open, "");
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));
    CHECK(test::read_text(ran) == first + '\n' + last + '\n');
}

TEST_CASE("only admins erase, and only what is there", "[erase]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops;
    daemon_fixture daemon(setup);
    test::http_connection admin(daemon.admin_port());
    const auto erase = [&](const std::string& token) {
        return admin
            .exchange("POST", "/v1/transactions/tx_none/erase", {{"Authorization", "Bearer " + token}})
            .status;
    };
    CHECK(erase("viewer") == 403);
    CHECK(erase("ops") == 404);
    CHECK(erase("nobody") == 401);
}

TEST_CASE("the terminal erases after a question, or with --yes", "[erase][cli]") {
    daemon_fixture daemon;
    const auto id = keep(daemon, "transaction.lifecycle.completed", 1);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    const auto transaction = transaction_of(daemon, id);
    const auto erase = [&](std::vector<std::string> more) {
        std::vector<std::string> call{"events", "erase", "--transaction", transaction};
        call.insert(call.end(), more.begin(), more.end());
        return test::run_at(daemon.admin_port(), std::move(call));
    };
    CHECK(erase({"--dry-run"}).out ==
          "1 bodies would be erased of 1 events; 0 waiting deliveries would fail\n");
    CHECK(erase({}).code == 64);
    CHECK_FALSE(ask(daemon, "/v1/events/" + id)["payload_purged"].GetBool());
    CHECK(erase({"--yes"}).out == "1 bodies erased of 1 events; 0 waiting deliveries failed\n");
    CHECK(ask(daemon, "/v1/events/" + id)["payload_purged"].GetBool());
    const auto shown = test::run_at(daemon.admin_port(), {"events", "show", id});
    CHECK(contains(shown.out, "erased by  local"));
    CHECK(test::run_at(daemon.admin_port(), {"events", "erase", "--transaction", "tx_none", "--yes"}).code ==
          65);
}

TEST_CASE("a transaction is erased in a dry run too, which runs no handlers, and the daemon still ends",
          "[erase]") {
    daemon_setup setup;
    setup.arguments = {"--dry-run"};
    daemon_fixture daemon(setup);
    const auto id = keep(daemon, "transaction.lifecycle.started", 1);
    const auto erased = ask(daemon, "/v1/transactions/" + transaction_of(daemon, id) + "/erase", "POST");
    CHECK(erased["bodies"].GetInt64() == 1);
    CHECK(daemon.terminate() == 0);
}
