#include <webhookd/event/event_type.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/log_lines.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

using namespace webhookd;
using test::ask;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::keep;
using test::sample;
using test::wait_for_condition;

namespace {

std::vector<std::string> ids(const rapidjson::Document& list) {
    std::vector<std::string> all;
    for (const auto& each : list["data"].GetArray())
        all.emplace_back(each["id"].GetString());
    return all;
}

std::string problem_of(daemon_fixture& daemon, const std::string& target, int status = 400) {
    const auto answer = daemon.get(target);
    CHECK(answer.status == status);
    rapidjson::Document problem;
    problem.Parse(answer.body.c_str());
    REQUIRE(problem.IsObject());
    return problem["detail"].GetString();
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("events are listed newest first, filtered by everything that Universign's own section offers",
          "[admin][events]") {
    daemon_fixture daemon;
    const auto created = keep(daemon, "transaction.lifecycle.started", 1);
    const auto completed = keep(daemon, "transaction.lifecycle.completed", 1);
    const auto key = keep(daemon, "apikey.created", 2, {{"/createdAt", "2026-05-01T12:00:00Z"}});
    const auto other = keep(daemon, "action.opened", 3,
                            {{"/createdAt", "2026-06-01T12:00:00Z"}, {"/api_key_id", "apk_other"}});
    const auto find = [&](const std::string& query) { return ids(ask(daemon, "/v1/events" + query)); };

    CHECK(find("") == list{other, key, completed, created});
    CHECK(find("?type=transaction") == list{completed, created});
    CHECK(find("?type=transaction.lifecycle.completed") == list{completed});
    CHECK(find("?type=*.created,action") == list{other, key});
    CHECK(find("?type=registration").empty());
    CHECK(find("?created_gt=2026-05-01T12:00:00Z") == list{other});
    CHECK(find("?created_gt=2026-05-01T13:59:59%2B02:00&created_lt=2026-05-01T14:00:01+02:00") == list{key});
    CHECK(find("?endpoint=production").size() == 4);
    CHECK(find("?endpoint=elsewhere").empty());
    CHECK(find("?q=" + created) == list{created});
    CHECK(find("?q=nothing%20has%20this").empty());

    const auto whole = ask(daemon, "/v1/events/" + completed);
    const std::string transaction = whole["transaction_id"].GetString();
    CHECK(find("?transaction=" + transaction) == list{completed, created});
    const auto empty = daemon.get("/v1/events?transaction=tx_none");
    CHECK(empty.body == R"({"object":"list","data":[],"has_more":false,"next_cursor":null})"
                        "\n");
}

TEST_CASE("pages follow one another without a gap while events arrive", "[admin][events]") {
    daemon_fixture daemon;
    std::set<std::string> kept;
    for (std::uint64_t seed = 1; seed <= 7; ++seed)
        kept.insert(keep(daemon, "action.opened", seed));
    std::set<std::string> seen;
    std::string target = "/v1/events?limit=3";
    std::uint64_t seed = 100;
    for (int page = 0; page < 10 && !target.empty(); ++page) {
        const auto answer = ask(daemon, target);
        for (const auto& id : ids(answer))
            CHECK(seen.insert(id).second);
        const bool more = answer["has_more"].GetBool();
        CHECK(more == answer["next_cursor"].IsString());
        target = more ? "/v1/events?limit=3&cursor=" + std::string(answer["next_cursor"].GetString()) : "";
        keep(daemon, "action.opened", seed++, {{"/createdAt", "2030-01-01T00:00:00Z"}});
    }
    CHECK(seen == kept);
}

TEST_CASE("a question that is not understood is answered by the name of what is wrong", "[admin][events]") {
    daemon_fixture daemon;
    const std::pair<const char*, const char*> mistakes[] = {
        {"?limit=0", "limit"},
        {"?limit=1001", "limit"},
        {"?limit=ten", "limit"},
        {"?cursor=1", "cursor"},
        {"?cursor=1.x", "cursor"},
        {"?created_gt=yesterday", "created_gt"},
        {"?created_lt=2026", "created_lt"},
        {"?type=,", "type"},
        {"?typ=action", "typ"},
        {"?q=1&q=2", "q"},
        {"?created_gt=2026-02-30T00:00:00Z", "created_gt"},
    };
    for (const auto& [query, name] : mistakes) {
        INFO(query);
        CHECK(problem_of(daemon, std::string("/v1/events") + query).find(std::string("'") + name + "'") !=
              std::string::npos);
    }
    CHECK(problem_of(daemon, "/v1/events/evt_none", 404) == "There is no such event.");
    CHECK(problem_of(daemon, "/v1/events/report?created_gt=x").find("'created_gt'") != std::string::npos);
    CHECK(problem_of(daemon, "/v1/event-types?x=1").find("'x'") != std::string::npos);
}

TEST_CASE("one event shows its envelope, body, proof, deliveries and the story of its transaction",
          "[admin][events]") {
    daemon_fixture daemon;
    const std::string hostile = "=cmd|' /C calc'!A0, \"quoted\"\r\n\xf0\x9f\x96\x8b \xd8\xb9 <script>";
    const test::changes named{{"/payload/object/name", hostile}};
    const auto started = keep(daemon, "transaction.lifecycle.started", 4, named);
    const auto id = keep(daemon, "transaction.lifecycle.completed", 4, named);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));
    const auto e = ask(daemon, "/v1/events/" + id);

    CHECK(e["object"].GetString() == std::string("event"));
    CHECK(e["type"].GetString() == std::string("transaction.lifecycle.completed"));
    CHECK(e["endpoint"].GetString() == std::string("production"));
    CHECK(e["source"].GetString() == std::string("127.0.0.1"));
    CHECK(e["raw_body"].GetString() == sample("transaction.lifecycle.completed", 4, named));
    CHECK(e["response"]["name"].GetString() == hostile);
    CHECK(e["response"]["state"].GetString() == std::string("completed"));

    REQUIRE(e["signature"].IsObject());
    CHECK(e["signature"]["key"]["kty"].GetString() == std::string("RSA"));
    CHECK(e["signature"]["key_id"].GetString() == std::string(e["signature"]["key"]["kid"].GetString()));
    CHECK(std::string(e["signature"]["header"].GetString()).find("..") != std::string::npos);
    CHECK(e["signature"]["verified_at"].GetString() == std::string(e["received"].GetString()));

    REQUIRE(e["deliveries"].Size() == 1);
    CHECK(e["deliveries"][0]["handler"].GetString() == std::string("audit"));
    CHECK(e["deliveries"][0]["history"].Size() == 1);
    REQUIRE(e["story"].Size() == 2);
    CHECK(e["story"][0]["id"].GetString() == started);
    CHECK(e["story"][1]["id"].GetString() == id);
}

TEST_CASE("the same id at two endpoints is two events", "[admin][events]") {
    daemon_setup setup;
    setup.endpoints = "endpoints:\n"
                      "  - { name: one, path: /one, signature: { mode: disabled } }\n"
                      "  - { name: two, path: /two, signature: { mode: disabled } }\n";
    setup.path = "/one";
    daemon_fixture daemon(setup);
    const auto id = keep(daemon, "action.opened", 1);
    test::http_connection second(daemon.ingest_port());
    REQUIRE(second.post_webhook("/two", sample("action.opened", 1), "").status == 200);

    CHECK(problem_of(daemon, "/v1/events/" + id).find("'endpoint'") != std::string::npos);
    const auto e = ask(daemon, "/v1/events/" + id + "?endpoint=two");
    CHECK(e["endpoint"].GetString() == std::string("two"));
    CHECK(e["signature"].IsNull());
    CHECK(e["deliveries"].Size() == 1);
    CHECK(e["story"].Size() == 1);
}

TEST_CASE("the catalogue tells how many events of each type were received", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1);
    keep(daemon, "action.opened", 2);
    keep(daemon, "action.opened", 3, {{"/type", "novelty.seen"}});
    const auto types = ask(daemon, "/v1/event-types");
    REQUIRE(types["data"].Size() == event::catalogue().size() + 1);
    for (const auto& each : types["data"].GetArray()) {
        const std::string name = each["type"].GetString();
        INFO(name);
        CHECK(each["received"].GetInt64() == (name == "action.opened" ? 2 : name == "novelty.seen" ? 1 : 0));
        CHECK(each["description"].IsString() == (name != "novelty.seen"));
    }
}

TEST_CASE("the consumption report counts completed transactions once, member for member", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "transaction.lifecycle.completed", 1, {{"/createdAt", "2026-03-10T00:00:00Z"}});
    keep(daemon, "transaction.lifecycle.completed", 2, {{"/createdAt", "2026-04-10T00:00:00Z"}});
    const std::string once = R"({"object":"events-report","total":10,"visas":1,"seals":2,"reviews":1,)"
                             R"("signatures":6,"signatures_by_required_level":)"
                             R"({"level_0":1,"level_1":1,"level_2":2,"level_3":1,"level_4":1}})"
                             "\n";
    CHECK(daemon.get("/v1/events/report?created_gt=2026-03-01T00:00:00Z&created_lt=2026-04-01T00:00:00Z")
              .body == once);
    CHECK(ask(daemon, "/v1/events/report")["total"].GetInt64() == 20);
    CHECK(ask(daemon, "/v1/events/report?created_gt=2026-04-10T00:00:00Z")["total"].GetInt64() == 0);
    CHECK(ask(daemon, "/v1/events/report?endpoint=elsewhere")["total"].GetInt64() == 0);
}

TEST_CASE("the consumption report has every level that occurs, seals and alternates once",
          "[admin][events]") {
    daemon_fixture daemon;
    const std::string body = R"({"object":"event","id":"evt_1","type":"transaction.lifecycle.completed",
        "payload":{"object":{"object":"transaction","id":"tx_1","state":"completed","sealers":[{"id":"scd_1"}],
        "participants":[{"email":"ada@client.example","min_signature_level":"level4"},
        {"email":"bob@client.example","min_signature_level":"level0"},
        {"email":"$Clerk","min_signature_level":"level3"}],
        "documents":[{"fields":[{"id":"fld_4","type":"visa"}]}],
        "instructions":{"signatures":[{"signer":"Ada@client.example","field":"fld_1"},
        {"signer":"bob@client.example","field":"fld_2"},
        {"signer":["$Clerk","bob@client.example"],"field":"fld_3"},
        {"signer":"ada@client.example","field":"fld_4"}, {"signer":"bob@client.example","field":"fld_4"},
        {"signer":"scd_1","field":"fld_5"}]}}}})";
    REQUIRE(daemon.post(body).status == 200);
    CHECK(daemon.get("/v1/events/report").body ==
          R"({"object":"events-report","total":5,"visas":1,"seals":1,"reviews":0,)"
          R"("signatures":3,"signatures_by_required_level":)"
          R"({"level_0":1,"level_1":0,"level_2":0,"level_3":1,"level_4":1}})"
          "\n");
    const auto shown = test::run_at(daemon.admin_port(), {"report"});
    for (const auto* line : {"level_0  1\n", "level_1  0\n", "level_3  1\n", "level_4  1\n"})
        CHECK(contains(shown.out, line));
}

TEST_CASE("an event is run again by hand, for all of its handlers or for one", "[admin][events]") {
    daemon_setup setup;
    setup.handlers = "  one: { type: log }\n  two: { type: log }\n";
    setup.routes = "  - { name: all, match: \"action.*\", handlers: [one, two] }\n";
    daemon_fixture daemon(setup);
    const auto id = keep(daemon, "action.opened", 1);
    const auto unrouted = keep(daemon, "apikey.created", 2);
    CHECK(ask(daemon, "/v1/events/" + id + "/replay", "POST")["deliveries"].GetInt64() == 2);
    CHECK(ask(daemon, "/v1/events/" + id + "/replay?handler=two", "POST")["deliveries"].GetInt64() == 1);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 5; }));
    CHECK(count_deliveries(daemon, "handler=two") == 3);

    test::http_connection connection(daemon.admin_port());
    CHECK(connection.exchange("POST", "/v1/events/" + unrouted + "/replay").status == 409);
    CHECK(connection.exchange("POST", "/v1/events/evt_none/replay").status == 404);
    CHECK(connection.get("/v1/events/" + id + "/replay").status == 405);
}

TEST_CASE("many events are counted first, then run again, oldest first", "[admin][events]") {
    const test::temp_directory directory;
    const auto log = directory / "ran.log";
    daemon_setup setup;
    setup.handlers = "  one: { type: log, file: " + log.string() + ", order_by: transaction }\n";
    setup.routes = "  - { name: all, match: \"transaction.*\", handlers: [one] }\n";
    daemon_fixture daemon(setup);
    std::vector<std::string> kept;
    for (const char* day : {"05", "03", "04"}) {
        const auto body = sample("transaction.lifecycle.started", std::stoul(day),
                                 {{"/createdAt", std::string("2026-03-") + day + "T00:00:00Z"},
                                  {"/payload/object/id", "tx_same"}});
        REQUIRE(daemon.post(body).status == 200);
    }
    keep(daemon, "apikey.created", 9);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 3; }));

    const auto tried = ask(daemon, "/v1/events/replay?dry_run=true", "POST");
    CHECK(tried["dry_run"].GetBool());
    CHECK(tried["events"].GetInt64() == 3);
    CHECK(tried["deliveries"].GetInt64() == 3);
    CHECK(count_deliveries(daemon, "") == 3);

    // In two calls, the second from where the first ended.
    const auto first = ask(daemon, "/v1/events/replay?type=transaction&limit=2", "POST");
    CHECK(first["events"].GetInt64() == 2);
    REQUIRE(first["has_more"].GetBool());
    const auto second = ask(daemon,
                            "/v1/events/replay?type=transaction&limit=2&cursor=" +
                                std::string(first["next_cursor"].GetString()),
                            "POST");
    CHECK(second["events"].GetInt64() == 1);
    CHECK_FALSE(second["has_more"].GetBool());
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 6; }));

    const auto newest_first = ids(ask(daemon, "/v1/events?type=transaction"));
    const auto lines = test::parse_log_lines(test::read_text(log));
    REQUIRE(lines.size() == 6);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(lines[3 + i].event == newest_first[2 - i]);

    CHECK(ask(daemon, "/v1/events/replay?handler=none", "POST")["deliveries"].GetInt64() == 0);
    test::http_connection connection(daemon.admin_port());
    CHECK(connection.exchange("POST", "/v1/events/replay?dry_run=perhaps").status == 400);
}

TEST_CASE("integrators look, admins replay, and nobody else gets in", "[admin][events]") {
    // The SHA-256 of "look" and of "act".
    daemon_setup setup;
    setup.admin = "  tokens:\n"
                  "    - { name: looker, role: integrator, sha256: "
                  "\"3c01eba119e00d79c82b6f65d70bc5f1044d568618bf41377e6d1432023fc2b8\" }\n"
                  "    - { name: actor, role: admin, sha256: "
                  "\"f83f07be16e270186d35b876916c461995ebc3af5b1798f898c33285a1847dbc\" }\n";
    daemon_fixture daemon(setup);
    const auto id = keep(daemon, "action.opened", 1);
    test::http_connection connection(daemon.admin_port());
    const auto call = [&](const char* method, const std::string& target, const std::string& authorization) {
        test::http_connection::header_list headers;
        if (!authorization.empty()) headers["Authorization"] = authorization;
        return connection.exchange(method, target, headers).status;
    };
    for (const std::string target :
         {"/v1/events", "/v1/event-types", "/v1/events/report", "/v1/events/evt_1"}) {
        INFO(target);
        CHECK(call("GET", target, "") == 401);
        CHECK(call("GET", target, "Bearer guess") == 401);
    }
    CHECK(call("GET", "/v1/events", "Bearer look") == 200);
    CHECK(call("GET", "/v1/events", "Basic bG9vazo=") == 200); // curl -u look:
    CHECK(call("POST", "/v1/events/" + id + "/replay", "Bearer look") == 403);
    CHECK(call("POST", "/v1/events/" + id + "/replay", "Bearer act") == 200);
}
