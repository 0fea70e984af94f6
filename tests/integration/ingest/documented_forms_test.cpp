#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using test::ask;
using test::contains;
using test::daemon_fixture;
using test::run_at;
using test::wait_for_condition;

namespace {

/// An event of another form than the samples have, as the whole daemon understood it.
rapidjson::Document understood(daemon_fixture& daemon, const std::string& id, const std::string& type,
                               const std::string& created, const std::string& object) {
    const auto body = R"({"object":"event","id":")" + id + R"(","type":")" + type + "\"," + created +
                      R"(,"payload":{"object":{)" + object + "}}}";
    REQUIRE(daemon.post(body).status == 200);
    return ask(daemon, "/v1/events/" + id);
}

std::string text(const rapidjson::Value& of, const char* member) {
    return of[member].IsString() ? of[member].GetString() : "";
}

} // namespace

TEST_CASE("events in every documented form are kept, and say what they are about", "[ingest]") {
    daemon_fixture daemon;
    const std::string when = R"("created_at":"2026-03-02T10:00:00+01:00")";
    const std::string instant = "2026-03-02T09:00:00.000Z";

    auto e = understood(daemon, "evt_1", "action.opened", when,
                        R"("id":"act_1","actor":"a@customer.example","state":"open","tasks":[])");
    CHECK(text(e, "created") == instant);
    CHECK(text(e, "object_id") == "act_1");
    CHECK(text(e, "state") == "open");

    e = understood(daemon, "evt_2", "registration.identity.verified", R"("createdAt":1772442000000)",
                   R"("id":"reg_1","applicant":"a@customer.example","verification_status":"success")");
    CHECK(text(e, "created") == instant);
    CHECK(text(e, "object_id") == "reg_1");
    CHECK(text(e, "state") == "success");

    e = understood(daemon, "evt_3", "identity-validation.processed", R"("createdAt":1772442000)",
                   R"("object":"identity-validation","id":"idv_1","state":"valid")");
    CHECK(text(e, "created") == instant);
    CHECK(e["transaction_id"].IsNull());

    for (const std::string state : {"closed", "archived"}) {
        e = understood(daemon, "evt_" + state, "transaction.lifecycle.started", when,
                       R"("object":"transaction","id":"tx_1","state":")" + state + '"');
        CHECK(text(e, "state") == state);
    }
}

TEST_CASE("a stall without a reason, or with an unknown one, is kept, shown and routed", "[ingest]") {
    test::daemon_setup setup;
    setup.handlers = "  told: { type: log }\n  untold: { type: log }\n";
    setup.routes = "  - { name: told, match: action.stalled, when: { /payload/object/stalled_reason: "
                   "[signature_refusal, inactivity] }, handlers: [told], final: true }\n"
                   "  - { name: untold, match: action.stalled, handlers: [untold] }\n";
    daemon_fixture daemon(setup); // an unknown reason in a route is a warning and no mistake
    const std::string members =
        R"("participant_email":"a@customer.example","action_id":"act_1","transaction_id":"tx_1")";
    const std::string when = R"("createdAt":"2026-03-02T09:00:00Z")";
    understood(daemon, "evt_none", "action.stalled", when, members);
    understood(daemon, "evt_null", "action.stalled", when, members + R"(,"stalled_reason":null)");
    const auto other = understood(daemon, "evt_other", "action.stalled", when,
                                  members + R"(,"stalled_reason":"inactivity")");
    CHECK(text(other, "stalled_reason") == "inactivity");
    CHECK(ask(daemon, "/v1/events/evt_none")["stalled_reason"].IsNull());
    REQUIRE(wait_for_condition([&] { return test::count_deliveries(daemon, "state=successful") == 3; }));
    CHECK(test::count_deliveries(daemon, "handler=told") == 1);
    CHECK(test::count_deliveries(daemon, "handler=untold") == 2);

    const auto shown = run_at(daemon.admin_port(), {"events", "show", "evt_other"});
    CHECK(contains(shown.out, "inactivity"));
    CHECK(run_at(daemon.admin_port(), {"events", "show", "evt_none"}).code == 0);
    CHECK(ask(daemon, "/v1/events/gaps?grace=0")["data"].Empty());
}
