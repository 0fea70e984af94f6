#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using test::ask;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::run_at;
using test::wait_for_condition;

namespace {

const std::string token = "live0123456789";
const std::string address = "sign.example/page-of-alice";

} // namespace

TEST_CASE("what opens a signing page or the API is in no line, page and table, and in raw bodies only",
          "[redaction]") {
    test::chaos_sink masked, whole, raw;
    test::daemon_setup setup;
    setup.handlers = "  audit: { type: log, include: payload }\n"
                     "  masked: { type: forward, url: \"" +
                     masked.url() + "\", body: cloudevents, redact: [signing_links, api_tokens] }\n" +
                     "  whole: { type: forward, url: \"" + whole.url() + "\", body: envelope }\n" +
                     "  raw: { type: forward, url: \"" + raw.url() +
                     "\", headers: { X-Key: \"{{event.object_id}}\" } }\n" +
                     "  tool: { type: shell, command: 'cat; echo $UNIVERSIGN_API_KEY' }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [audit, masked, whole, raw, tool] }\n";
    daemon_fixture daemon(setup);
    const std::string key_body = R"({"id":"evt_key","type":"apikey.created","api_key":"apikey_)" + token +
                                 R"(","payload":{"object":{"object":"apikey","id":"apikey_)" + token +
                                 R"(","token":"apikey_)" + token + R"(","note":"\u0061pikey_)" + token +
                                 R"(","n":1.10}}})";
    const std::string page_body =
        R"({"id":"evt_page","type":"transaction.lifecycle.started","payload":{"object":{)"
        R"("object":"transaction","id":"tx_1","actions":[{"url":"https:\/\/)" +
        address.substr(0, 12) + R"(\/)" + address.substr(13) +
        R"(","state":"open","id":"act_1","n":1.10},{"page":"https://)" + address + R"("}]}}})";
    REQUIRE(daemon.post(key_body).status == 200);
    REQUIRE(daemon.post(page_body).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 10; }));

    const int port = daemon.admin_port();
    std::string told;
    for (const std::string id : {"evt_key", "evt_page"}) {
        const auto shown = run_at(port, {"events", "show", id});
        CHECK(shown.code == 0);
        CHECK(contains(shown.out, "\"***\""));
        CHECK(contains(shown.out, "1.10"));
        const auto detail = daemon.get("/v1/events/" + id).body;
        const auto at = detail.find("\"response\":");
        const auto end = detail.find("\"raw_body\":");
        REQUIRE(at < end);
        told += shown.out + detail.substr(0, end);
    }
    told += run_at(port, {"events", "list"}).out + run_at(port, {"events", "export"}).out +
            run_at(port, {"events", "export", "--format", "ndjson"}).out +
            run_at(port, {"events", "list", "--json"}).out;
    for (const auto& request : masked.requests())
        told += request.head + request.body;
    for (const auto& request : raw.requests())
        told += request.head;
    const auto tools = ask(daemon, "/v1/deliveries?handler=tool&event=evt_key");
    told += daemon.get("/v1/deliveries/" + std::to_string(tools["data"][0]["id"].GetInt64())).body;
    // What people do not read as text is as it was signed.
    CHECK(run_at(port, {"events", "show", "evt_key", "--raw"}).out == key_body);
    CHECK(ask(daemon, "/v1/events/evt_page")["raw_body"].GetString() == page_body);
    CHECK(run_at(port, {"events", "show", "evt_key", "--verify"}).code == 0);
    REQUIRE(masked.requests().size() == 2);
    REQUIRE(whole.requests().size() == 2);
    for (const auto& request : whole.requests())
        CHECK((contains(request.body, key_body) || contains(request.body, page_body)));
    for (const auto& request : raw.requests())
        CHECK((request.body == key_body || request.body == page_body));

    CHECK(daemon.terminate() == 0);
    const auto log = daemon.all_stderr_text();
    CHECK(contains(log, R"(\"payload\":{\"object\":{)"));
    told += log;
    CHECK_FALSE(contains(told, token));
    CHECK_FALSE(contains(told, address));
    CHECK_FALSE(contains(told, "page-of-alice"));
}
