#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::ask;
using test::daemon_fixture;
using test::daemon_setup;
using test::run_at;

namespace {

const std::string lifecycle = "transaction.lifecycle.";

timestamp now() {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}

/// Events of the transaction that began so long ago. Its id.
std::string send(daemon_fixture& daemon, std::uint64_t seed, std::chrono::hours ago,
                 const std::vector<std::string>& types) {
    for (const auto& type : types)
        REQUIRE(
            daemon.post(event::make_sample(type, {.seed = seed, .started = now() - ago}).value()).status ==
            200);
    const auto newest = ask(daemon, "/v1/events?type=transaction,action&q=tx_&limit=1000");
    for (const auto& each : newest["data"].GetArray()) {
        const auto body = event::make_sample(types.front(), {.seed = seed, .started = now() - ago}).value();
        if (body.find(each["transaction_id"].GetString()) != std::string::npos)
            return each["transaction_id"].GetString();
    }
    throw std::runtime_error("the transaction is not kept");
}

/// From then on the endpoint is known to be registered for these types.
void send_whole_one(daemon_fixture& daemon) {
    send(daemon, 1, 24h * 60,
         {lifecycle + "created", lifecycle + "started", "action.opened", "action.closed",
          lifecycle + "completed"});
}

std::vector<std::string> types(const rapidjson::Value& list, const char* member) {
    std::vector<std::string> all;
    for (const auto& each : list.GetArray())
        all.emplace_back(each[member].GetString());
    return all;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a timeline shows what came and how, what is missing, and what comes next", "[admin]") {
    daemon_setup setup;
    setup.handlers = "  audit: { type: log }\n  broken: { type: shell, command: 'exit 3', retry: { "
                     "max_attempts: 1 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [audit] }\n"
                   "  - { name: some, match: action.closed, handlers: [broken] }\n";
    daemon_fixture daemon(setup);
    send_whole_one(daemon);
    // It has not arrived in its order, and the opening of its action not at all.
    const auto id = send(daemon, 2, 31h, {lifecycle + "created", "action.closed", lifecycle + "started"});
    const auto found = ask(daemon, "/v1/transactions/" + id);
    CHECK(types(found["events"], "type") ==
          names{lifecycle + "created", lifecycle + "started", "action.closed"});
    const auto& events = found["events"];
    CHECK(events[0]["elapsed_ms"].IsNull());
    CHECK(events[1]["elapsed_ms"].GetInt64() > 40'000);
    CHECK(events[0]["late_ms"].GetInt64() > 30 * 3'600'000);
    CHECK_FALSE(events[0]["out_of_order"].GetBool());
    CHECK(events[1]["out_of_order"].GetBool());
    CHECK_FALSE(events[2]["out_of_order"].GetBool());
    CHECK(std::string(found["state"].GetString()) == "started");
    CHECK(std::string(found["endpoint"].GetString()) == "production");
    CHECK_FALSE(found["has_more"].GetBool());
    REQUIRE(types(found["missing"], "missing") == names{"action.opened"});
    CHECK(std::string(found["missing"][0]["evidence"].GetString()) == events[2]["id"].GetString());
    CHECK(types(found["expected"], "type") == names{lifecycle + "completed"});
    CHECK(found["expected"][0]["by"].IsString()); // a sample's transaction has a duration

    REQUIRE(test::wait_for_condition([&] { return test::count_deliveries(daemon, "state=failed") == 2; }));
    const auto told = run_at(daemon.admin_port(), {"transactions", "show", id});
    INFO(told.out);
    CHECK(told.code == 0);
    for (const std::string text : {"TIMELINE\n", "MISSING action.opened", "Universign tries again by",
                                   "known from action.closed", "arrived after a later one", "NEXT\n",
                                   "deliveries: 1 successful, 1 failed", "broken: failed", "exit code 3"})
        CHECK_THAT(told.out, Catch::Contains(text));
    CHECK(told.out.find("MISSING") > told.out.find(lifecycle + "started"));
    CHECK(told.out.find("MISSING") < told.out.find("  action.closed"));
    const auto json = run_at(daemon.admin_port(), {"transactions", "show", id, "--json"});
    CHECK(test::parse(json.out)["missing"].Size() == 1);
}

TEST_CASE("a transaction that several endpoints have must be named with its endpoint", "[admin]") {
    test::temp_directory directory;
    daemon_setup setup;
    setup.directory = directory.path();
    setup.endpoints = "endpoints:\n";
    for (const auto& [name, path] : {std::pair("production", "/webhooks/universign"), {"alpha", "/alpha"}})
        setup.endpoints += std::string("  - { name: ") + name + ", path: " + path +
                           ", signature: { jwks: { file: \"" + (directory / "jwks.json").string() +
                           "\" } } }\n";
    daemon_fixture daemon(setup);
    const auto body = test::sample("action.opened", 3);
    REQUIRE(daemon.post(body).status == 200);
    const std::string id = ask(daemon, "/v1/events")["data"][0]["transaction_id"].GetString();
    CHECK(ask(daemon, "/v1/transactions/" + id)["events"].Size() == 1);

    test::http_connection alpha(daemon.ingest_port());
    REQUIRE(alpha.post_webhook("/alpha", body, test::shared_key().sign(body)).status == 200);
    const auto refused = daemon.get("/v1/transactions/" + id);
    CHECK(refused.status == 400);
    CHECK_THAT(refused.body, Catch::Contains("alpha, production"));
    CHECK(std::string(ask(daemon, "/v1/transactions/" + id + "?endpoint=alpha")["endpoint"].GetString()) ==
          "alpha");
    CHECK(daemon.get("/v1/transactions/" + id + "?endpoint=elsewhere").status == 404);
    CHECK(daemon.get("/v1/transactions/tx_none").status == 404);
    const auto told = run_at(daemon.admin_port(), {"transactions", "show", id});
    CHECK(told.code == 65);
    CHECK(run_at(daemon.admin_port(), {"transactions", "show", id, "--endpoint", "alpha"}).code == 0);
}

TEST_CASE("a long timeline has its newest events, and says that there are more", "[admin]") {
    daemon_fixture daemon;
    std::string transaction;
    for (int i = 0; i <= 500; ++i) {
        const auto number = std::to_string(i);
        const test::changes sets{{"/id", "evt_" + number},
                                 {"/payload/object/id", "tx_long"},
                                 {"/createdAt", to_rfc3339(now() - std::chrono::minutes(1000 - i))}};
        REQUIRE(daemon.post(test::sample(lifecycle + "created", 1, sets)).status == 200);
    }
    const auto found = ask(daemon, "/v1/transactions/tx_long");
    CHECK(found["has_more"].GetBool());
    REQUIRE(found["events"].Size() == 500);
    CHECK(std::string(found["events"][0]["id"].GetString()) == "evt_1");
    CHECK(std::string(found["events"][499]["id"].GetString()) == "evt_500");
    CHECK_THAT(run_at(daemon.admin_port(), {"transactions", "show", "tx_long"}).out,
               Catch::Contains("older events"));
}
