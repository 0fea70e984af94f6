#include "handler/forward/post.hpp"
#include "support/handler_attempt.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

using namespace webhookd;
using handler::forward::make_cloud_event;
using handler::forward::make_envelope;

namespace {

rapidjson::Document parsed(const std::string& json) {
    rapidjson::Document d;
    d.Parse<rapidjson::kParseNumbersAsStringsFlag>(json.data(), json.size());
    REQUIRE_FALSE(d.HasParseError());
    REQUIRE(d.IsObject());
    return d;
}

std::string text(const rapidjson::Value& object, const char* name) {
    REQUIRE(object.HasMember(name));
    return object[name].IsString() ? object[name].GetString() : "(no text)";
}

std::vector<std::string> names(const rapidjson::Value& object) {
    std::vector<std::string> all;
    for (const auto& member : object.GetObject())
        all.emplace_back(member.name.GetString());
    return all;
}

handler::delivery without_ids() {
    auto d = test::sample_delivery();
    d.event.envelope.created.reset();
    d.event.envelope.object_id.clear();
    d.event.envelope.transaction_id.clear();
    return d;
}

} // namespace

TEST_CASE("the envelope says what we know of the event, and holds it byte for byte", "[forward]") {
    auto d = test::sample_delivery();
    d.attempt = 3;
    const auto json = make_envelope(d);
    const auto envelope = parsed(json);
    CHECK(names(envelope) == std::vector<std::string>{"id", "endpoint", "type", "created", "received",
                                                      "transaction_id", "object_id", "attempt", "event"});
    CHECK(text(envelope, "id") == "evt_1");
    CHECK(text(envelope, "endpoint") == "production");
    CHECK(text(envelope, "type") == "transaction.lifecycle.completed");
    CHECK(text(envelope, "created") == "2026-01-02T11:59:58.500Z");
    CHECK(text(envelope, "received") == "2026-01-02T11:59:59.000Z");
    CHECK(text(envelope, "transaction_id") == "tx_1");
    CHECK(text(envelope, "object_id") == "tx_1");
    CHECK(text(envelope, "attempt") == "3"); // numbers are read as texts here
    CHECK(json.find("\"attempt\":3,") != std::string::npos);
    CHECK(text(envelope["event"], "large") == "12345678901234567890123");
    CHECK(json.find(d.event.body) != std::string::npos);
}

TEST_CASE("in an envelope what the event does not say is null", "[forward]") {
    const auto json = make_envelope(without_ids());
    const auto envelope = parsed(json);
    CHECK(envelope["created"].IsNull());
    CHECK(envelope["transaction_id"].IsNull());
    CHECK(envelope["object_id"].IsNull());
}

TEST_CASE("a CloudEvent has the attributes of the specification", "[forward]") {
    auto d = test::sample_delivery();
    const auto json = make_cloud_event(d);
    const auto event = parsed(json);
    CHECK(names(event) == std::vector<std::string>{"specversion", "id", "source", "type", "subject", "time",
                                                   "datacontenttype", "partitionkey", "data"});
    CHECK(text(event, "specversion") == "1.0");
    CHECK(text(event, "id") == "evt_1");
    CHECK(text(event, "source") == "/universign/production");
    CHECK(text(event, "type") == "com.universign.transaction.lifecycle.completed");
    CHECK(text(event, "subject") == "tx_1");
    CHECK(text(event, "time") == "2026-01-02T11:59:58.500Z");
    CHECK(text(event, "datacontenttype") == "application/json");
    CHECK(text(event, "partitionkey") == "tx_1");
    CHECK(text(event["data"], "nom") == "H\xc3\xa9l\xc3\xa8ne");

    d.attempt = 2;
    CHECK(make_cloud_event(d) == json);
}

TEST_CASE("a CloudEvent leaves out what the event does not say, and is still one", "[forward]") {
    auto d = without_ids();
    d.event.endpoint = "pr\xc3\xa9 prod/1";
    const auto event = parsed(make_cloud_event(d));
    CHECK(names(event) ==
          std::vector<std::string>{"specversion", "id", "source", "type", "time", "datacontenttype", "data"});
    CHECK(text(event, "source") == "/universign/pr%C3%A9%20prod%2F1");
    CHECK(text(event, "time") == "2026-01-02T11:59:59.000Z");
}

TEST_CASE("what is redacted of an event is masked in both bodies, and the rest stays byte for byte",
          "[forward]") {
    auto d = test::sample_delivery();
    d.event.body = R"({ "n":1.10,"token":"apikey_live","actions":[{"url":"https:\/\/sign.example\/a"}]})";
    const std::string masked = R"({ "n":1.10,"token":"***","actions":[{"url":"***"}]})";
    const std::string without_links = R"({ "n":1.10,"token":"apikey_live","actions":[{"url":"***"}]})";
    for (const auto make : {make_envelope, make_cloud_event}) {
        CHECK_THAT(make(d, event::redact_all), Catch::EndsWith(masked + "}"));
        CHECK_THAT(make(d, {.signing_links = true}), Catch::EndsWith(without_links + "}"));
        CHECK_THAT(make(d, {}), Catch::EndsWith(d.event.body + "}"));
    }
}

TEST_CASE("texts that would end a JSON string do not", "[forward]") {
    auto d = test::sample_delivery();
    d.event.envelope.type = "a\",\"data\":{\"x\":\"\\\n";
    CHECK(text(parsed(make_envelope(d)), "type") == d.event.envelope.type);
    CHECK(text(parsed(make_cloud_event(d)), "type") == "com.universign." + d.event.envelope.type);
}
