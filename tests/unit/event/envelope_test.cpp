#include <webhookd/event/envelope.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace webhookd;
using namespace webhookd::event;

namespace {

/// An event with these further members beside its id and type.
envelope with(const std::string& members) {
    return parse_envelope(R"({"object":"event","id":"evt_1","type":"transaction.lifecycle.completed",)" +
                          members + "}")
        .value();
}

envelope with_object(const std::string& members) {
    return with(R"("payload":{"object":{)" + members + "}}");
}

std::optional<long long> created(const std::string& value) {
    const auto e = with("\"createdAt\":" + value);
    if (!e.created) return {};
    return e.created->time_since_epoch().count();
}

} // namespace

TEST_CASE("an event as Universign sends it yields its whole envelope", "[event]") {
    const auto e = parse_envelope(R"({
        "object" : "event",
        "id" : "evt_7fK2",
        "type" : "transaction.lifecycle.completed",
        "createdAt" : 1700000000.123,
        "user_id" : "usr_1",
        "trace" : "5f0c",
        "api_key" : "key_9",
        "payload" : { "object" : { "object" : "transaction", "id" : "tx_AWo949MOq0JE", "state" : "completed",
            "creator" : { "workspace_name" : "W", "api_key_name" : "not the id" }, "participants" : [] } }
    })");
    REQUIRE(e);
    CHECK(e->id == "evt_7fK2");
    CHECK(e->type == "transaction.lifecycle.completed");
    REQUIRE(e->created);
    CHECK(e->created->time_since_epoch().count() == 1'700'000'000'123'000);
    CHECK(e->user_id == "usr_1");
    CHECK(e->trace_id == "5f0c");
    CHECK(e->api_key == "key_9");
    CHECK(e->object_type == "transaction");
    CHECK(e->object_id == "tx_AWo949MOq0JE");
    CHECK(e->transaction_id == "tx_AWo949MOq0JE");
    CHECK(e->state == "completed");
    CHECK(e->stalled_reason.empty());
    CHECK(ordering_key(*e) == "tx_AWo949MOq0JE");
}

TEST_CASE("id and type are enough, and types that nobody documented are types", "[event]") {
    const auto e = parse_envelope(R"({"id":"1","type":"invoice.paid.v2"})");
    REQUIRE(e);
    CHECK(e->type == "invoice.paid.v2");
    CHECK_FALSE(e->created);
    CHECK(e->transaction_id.empty());
    CHECK(e->api_key.empty());
    CHECK(ordering_key(*e).empty());
}

TEST_CASE("every spelling of an optional member is understood", "[event]") {
    CHECK(with(R"("user_id":"u")").user_id == "u");
    CHECK(with(R"("userId":"u")").user_id == "u");
    CHECK(with(R"("trace":"t")").trace_id == "t");
    CHECK(with(R"("trace_id":"t")").trace_id == "t");
    CHECK(with(R"("traceId":"t")").trace_id == "t");
    CHECK(with(R"("trace":{"id":"t","span":"s"})").trace_id == "t");
    CHECK(with(R"("api_key":"k")").api_key == "k");
    CHECK(with(R"("api_key_id":"k")").api_key == "k");
    CHECK(with(R"("apiKeyId":"k")").api_key == "k");
    CHECK(with(R"("api_key":{"id":"k","name":"crm"})").api_key == "k");
    CHECK(with(R"("api_key":"Clé de l’intégration")").api_key == "Clé de l’intégration");
    CHECK(with_object(R"("creator":{"api_key_name":"crm"})").api_key.empty());
    CHECK(with_object(R"("api_key":"k","user_id":"u")").user_id.empty());
}

TEST_CASE("the first usable spelling counts, and an unusable one does not hide it", "[event]") {
    CHECK(with(R"("userId":"second","user_id":"first")").user_id == "first");
    CHECK(with(R"("user_id":null,"userId":"u")").user_id == "u");
    CHECK(with(R"("user_id":"","userId":"u")").user_id == "u");
    CHECK(with(R"("trace_id":17,"trace":{"id":"t"})").trace_id == "t");
    CHECK(with(R"("createdAt":"yesterday","created_at":1700000000)").created);
}

TEST_CASE("a transaction is found wherever the payload refers to it", "[event]") {
    CHECK(with_object(R"("transaction_id":"tx_1")").transaction_id == "tx_1");
    CHECK(with_object(R"("transactionId":"tx_1")").transaction_id == "tx_1");
    CHECK(with_object(R"("transaction":"tx_1")").transaction_id == "tx_1");
    CHECK(with_object(R"("transaction":{"object":"transaction","id":"tx_1"})").transaction_id == "tx_1");
    CHECK(with(R"("payload":{"transaction_id":"tx_1"})").transaction_id == "tx_1");
    CHECK(with(R"("payload":{"transaction":{"id":"tx_1"},"object":{"object":"action","id":"act_1"}})")
              .transaction_id == "tx_1");
    CHECK(with_object(R"("id":"tx_1","state":"draft")").transaction_id == "tx_1");
    CHECK(with(R"("transaction_id":"tx_1")").transaction_id.empty());

    const auto itself = with_object(R"("object":"transaction","id":"tx_1","transaction_id":"tx_2")");
    CHECK(itself.transaction_id == "tx_1");
    const auto action = with_object(R"("object":"action","id":"act_1","transaction_id":"tx_1")");
    CHECK(action.object_id == "act_1");
    CHECK(action.transaction_id == "tx_1");
}

TEST_CASE("a stalled action tells who, what and why", "[event]") {
    const auto e = parse_envelope(
        R"({"id":"evt_1","type":"action.stalled","payload":{"object":{"participant_email":"a@example.com",
        "action_id":"act_1","transaction_id":"tx_1","stalled_reason":"signature_refusal"}}})");
    REQUIRE(e);
    CHECK(e->object_type.empty());
    CHECK(e->object_id == "act_1");
    CHECK(e->transaction_id == "tx_1");
    CHECK(e->stalled_reason == "signature_refusal");
    CHECK(with_object(R"("actionId":"act_1","stalledReason":"review_refusal")").stalled_reason ==
          "review_refusal");
}

TEST_CASE("a stall without a reason, or with one that nobody documented, is a stall", "[event]") {
    const auto stalled = [](const std::string& reason) {
        return with_object(
            R"("participant_email":"a@example.com","action_id":"act_1","transaction_id":"tx_1")" + reason);
    };
    CHECK(stalled("").stalled_reason.empty());
    CHECK(stalled(R"(,"stalled_reason":null)").stalled_reason.empty());
    CHECK(stalled(R"(,"stalled_reason":"inactivity")").stalled_reason == "inactivity");
    CHECK(stalled("").object_id == "act_1");
    CHECK(stalled("").transaction_id == "tx_1");
}

TEST_CASE("an action's event may hold the action itself in place of the four members", "[event]") {
    const auto e = with_object(
        R"("id":"act_1","actor":"a@example.com","state":"open","started_at":"2026-03-02T09:00:00Z",
        "url":"https://sign.example/t/1","tasks":[{"type":"signature","state":"todo","field":"fld_1"}])");
    CHECK(e.object_id == "act_1");
    CHECK(e.state == "open");
    CHECK(e.transaction_id.empty());
    CHECK(ordering_key(e) == "act_1");
    const auto beside = with(R"("payload":{"transaction_id":"tx_1","object":{"id":"act_1","state":"open"}})");
    CHECK(beside.object_id == "act_1");
    CHECK(ordering_key(beside) == "tx_1");
}

TEST_CASE("registrations, identity validations and API keys are known without a transaction", "[event]") {
    const auto registration = with_object(
        R"("id":"reg_1","applicant":"a@example.com","level":"qcpnqscd","state":"completed",
        "fullname":"Alba Example","phone_number":"+33639980000")");
    CHECK(registration.object_id == "reg_1");
    CHECK(registration.state == "completed");
    CHECK(registration.transaction_id.empty());
    const auto validation = with_object(R"("object":"identity-validation","id":"idv_1","state":"valid")");
    CHECK(ordering_key(validation) == "idv_1");
    CHECK(with_object(R"("identity_validation_id":"idv_1")").object_id == "idv_1");
    CHECK(with_object(R"("object":"apikey","id":"apk_1","name":"crm")").object_id == "apk_1");
    CHECK(with_object(R"("object":"message","id":"msg_1","was_read":false)").object_id == "msg_1");
}

TEST_CASE("every state is kept as it came, documented or not", "[event]") {
    for (const std::string state : {"draft", "started", "paused", "cancelled", "expired", "closed",
                                    "completed", "archived", "something_new"})
        CHECK(with_object(R"("object":"transaction","id":"tx_1","state":")" + state + '"').state == state);
}

TEST_CASE("what names the workspace hides nothing of what is known", "[event]") {
    for (const std::string workspace : {R"("workspace":"ACME Legal")", R"("tenant_id":"wsp_1")",
                                        R"("workspace":{"id":"wsp_1","name":"ACME Legal"})"}) {
        const auto e = with(workspace + R"(,"payload":{"object":{"object":"transaction","id":"tx_1",
            "creator":{"workspace_name":"ACME Legal","api_key_name":"crm"}}})");
        CHECK(e.transaction_id == "tx_1");
        CHECK(e.api_key.empty());
        CHECK(e.user_id.empty());
    }
}

TEST_CASE("a registration's state is that of its identity check, or its own", "[event]") {
    CHECK(with_object(R"("object":"registration","id":"reg_1","verification_status":"failure")").state ==
          "failure");
    CHECK(with_object(R"("registration_id":"reg_1","verificationStatus":"success")").object_id == "reg_1");
    CHECK(with_object(R"("state":"open","verification_status":"success")").state == "success");
}

TEST_CASE("deliveries are ordered by transaction, else by object", "[event]") {
    CHECK(ordering_key(with_object(R"("id":"act_1","transaction_id":"tx_1")")) == "tx_1");
    CHECK(ordering_key(with_object(R"("object":"registration","id":"reg_1")")) == "reg_1");
    CHECK(ordering_key(with_object(R"("transaction_id":"tx_1")")) == "tx_1");
    CHECK(ordering_key(with_object("")).empty());
}

TEST_CASE("a creation time in epoch seconds or milliseconds keeps its microseconds", "[event]") {
    CHECK(created("1700000000") == 1'700'000'000'000'000);
    CHECK(created("1700000000.123") == 1'700'000'000'123'000);
    CHECK(created("1700000000.123456") == 1'700'000'000'123'456);
    CHECK(created("1700000000.000001") == 1'700'000'000'000'001);
    CHECK(created("1700000000.999999") == 1'700'000'000'999'999);
    CHECK(created("1.700000000123456e9") == 1'700'000'000'123'456);
    CHECK(created("1700000000123") == 1'700'000'000'123'000);
    CHECK(created("1700000000123.456") == 1'700'000'000'123'456);
    CHECK(created("0") == 0);
    CHECK(created("0.000001") == 1);
    CHECK(created("99999999999.5") == 99'999'999'999'500'000); // the last seconds
    CHECK(created("100000000000") == 100'000'000'000'000);     // the first milliseconds
    CHECK(created("253402300799999") == 253'402'300'799'999'000);
    for (int us = 0; us < 1'000'000; us += 997) {
        char text[32];
        std::snprintf(text, sizeof text, "1767225599.%06d", us);
        CHECK(created(text) == 1'767'225'599'000'000 + us);
    }
}

TEST_CASE("a creation time as text is ISO 8601", "[event]") {
    CHECK(created(R"("2023-11-14T22:13:20.123456Z")") == 1'700'000'000'123'456);
    CHECK(created(R"("2023-11-14T23:13:20+0100")") == 1'700'000'000'000'000);
    CHECK(created(R"("2023-11-14T22:13:20")") == 1'700'000'000'000'000);
    CHECK(created(R"("2023-11-14T22:13:20Z")") == 1'700'000'000'000'000);
    CHECK(created(R"("2023-11-14T22:13:20.5Z")") == 1'700'000'000'500'000);
    CHECK(created(R"("2023-11-14T17:13:20-05:00")") == 1'700'000'000'000'000);
    CHECK(with(R"("created_at":"2023-11-14T22:13:20Z")").created);
    CHECK(with(R"("created_at":1700000000)").created);
}

TEST_CASE("what is no creation time is none", "[event]") {
    for (const auto* value :
         {"null", "true", "{}", "[]", "[1700000000]", R"("")", R"("1700000000")", R"("today")", "-1", "-0.5",
          "253402300800000", "1e300", "18446744073709551615", R"("1969-12-31T23:59:59Z")"}) {
        CAPTURE(value);
        CHECK_FALSE(created(value));
    }
}

TEST_CASE("a document read once serves the envelope and all that come after", "[event]") {
    const auto body =
        document::parse(R"({"id":"evt_1","type":"action.closed","payload":{"object":{"id":"act_1"}}})");
    REQUIRE(body);
    CHECK(read_envelope(*body)->object_id == "act_1");
    CHECK(body->find(json_pointer::parse("/payload/object/id").value()));
}
