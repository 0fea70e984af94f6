#include <webhookd/event/envelope.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace webhookd;
using namespace webhookd::event;

namespace {

const std::vector<std::string> odd_values{
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e300",
    R"("")",
    R"(" ")",
    "[]",
    "{}",
    "[[]]",
    R"([{"id":"x"}])",
    R"({"id":1})",
    R"({"id":{}})",
    R"({"id":null})",
    R"("\u0000")",
    R"("a\u0000b")",
    R"("\ud800")",
    R"("line\nbreak")",
    R"("\u001b[31m")",
    R"("\u007f")",
    '"' + std::string(256, 'x') + '"',
};

/// The id and the type are put in as JSON.
result<envelope> parse(const std::string& id, const std::string& type) {
    return parse_envelope("{\"id\":" + id + ",\"type\":" + type + "}");
}

} // namespace

TEST_CASE("without a usable id or type there is no envelope", "[event]") {
    for (const auto& value : odd_values) {
        CAPTURE(value);
        for (const auto& e : {parse(value, R"("action.opened")"), parse(R"("evt_1")", value)}) {
            REQUIRE(e.has_error());
            CHECK(e.error().code == errc::envelope_incomplete);
        }
    }
    CHECK(parse_envelope("{}").error() == failure{errc::envelope_incomplete});
    CHECK(parse_envelope(R"({"id":"evt_1"})").error().detail == "type is missing");
    CHECK(parse_envelope(R"({"type":"action.opened"})").error().detail == "id is missing");
    CHECK(parse_envelope(R"({"Id":"evt_1","TYPE":"action.opened"})").error().code ==
          errc::envelope_incomplete);
    CHECK(parse_envelope(R"({"event":{"id":"evt_1","type":"action.opened"}})").error().code ==
          errc::envelope_incomplete);
}

TEST_CASE("ids and types are printable ASCII without blanks, up to 255 bytes", "[event]") {
    CHECK(parse(R"("!~")", R"("~!")"));
    CHECK(parse('"' + std::string(255, 'x') + '"', '"' + std::string(255, 'y') + '"'));
    for (const auto* id : {R"("evt 1")", R"("evt_1 ")", R"("evt\t1")", R"("evté")", R"("evt\u00e9")",
                           R"("evt\r\nX: y")", R"("evt\u00a01")"}) {
        CAPTURE(id);
        CHECK(parse(id, R"("action.opened")").error().code == errc::envelope_incomplete);
        CHECK(parse(R"("evt_1")", id).error().code == errc::envelope_incomplete);
    }
}

TEST_CASE("no optional member of an odd type refuses an event", "[event]") {
    const std::vector<std::string> before{
        R"("createdAt":)",
        R"("created_at":)",
        R"("user_id":)",
        R"("userId":)",
        R"("trace":)",
        R"("traceId":)",
        R"("api_key":)",
        R"("object":)",
        R"("payload":)",
        R"("payload":{"object":)",
        R"("payload":{"transaction":)",
        R"("payload":{"transaction_id":)",
        R"("payload":{"object":{"object":)",
        R"("payload":{"object":{"id":)",
        R"("payload":{"object":{"action_id":)",
        R"("payload":{"object":{"transaction":)",
        R"("payload":{"object":{"transaction":{"id":)",
        R"("payload":{"object":{"transaction_id":)",
        R"("payload":{"object":{"state":)",
        R"("payload":{"object":{"verification_status":)",
        R"("payload":{"object":{"stalled_reason":)",
    };
    for (const auto& opening : before) {
        for (const auto& value : odd_values) {
            std::string body = R"({"id":"evt_1","type":"action.opened",)" + opening + value;
            for (const char c : opening)
                if (c == '{') body += '}';
            body += '}';
            CAPTURE(body);
            const auto e = parse_envelope(body);
            REQUIRE(e);
            CHECK(e->id == "evt_1");
            CHECK(e->object_id.empty());
            CHECK(e->transaction_id.empty());
            CHECK(e->object_type.empty());
            CHECK(e->state.empty());
            CHECK(e->stalled_reason.empty());
            for (const auto* text : {&e->user_id, &e->trace_id, &e->api_key})
                for (const char c : *text)
                    CHECK(static_cast<unsigned char>(c) >= 0x20);
        }
    }
}

TEST_CASE("bodies that are no event are told from events that lack something", "[event]") {
    CHECK(parse_envelope("").error().code == errc::not_json);
    CHECK(parse_envelope("id=evt_1&type=action.opened").error().code == errc::not_json);
    CHECK(parse_envelope(R"([{"id":"evt_1","type":"action.opened"}])").error().code == errc::not_json);
    CHECK(parse_envelope(R"({"id":"evt_1","type":"action.opened"})"
                         R"({"id":"evt_2","type":"action.opened"})")
              .error()
              .code == errc::not_json);
    CHECK(parse_envelope(R"({"id":"evt_1","type":"action.opened","x":)" + std::string(100'000, '['))
              .error()
              .code == errc::not_json);
    CHECK(parse_envelope(std::string(parse_limits{}.bytes + 1, ' ')).error().code == errc::json_too_large);
}

TEST_CASE("of two ids the last is the event's, as its consumers will see it", "[event]") {
    const auto e = parse_envelope(
        R"({"id":"evt_1","type":"action.opened","id":"evt_2","payload":{"object":{"id":"act_1"}},
                                      "payload":{"object":{"id":"act_2"}}})");
    REQUIRE(e);
    CHECK(e->id == "evt_2");
    CHECK(e->object_id == "act_2");
    CHECK(parse_envelope(R"({"id":"evt_1","type":"action.opened","id":null})").error().code ==
          errc::envelope_incomplete);
}

TEST_CASE("a text cut within an emoji does not lose the event", "[event]") {
    const auto e = parse_envelope(R"({"id":"evt_1","type":"transaction.chat.message.received",
                                      "payload":{"object":{"transaction_id":"tx_1","text":"see you \ud83d"}}})");
    REQUIRE(e);
    CHECK(e->transaction_id == "tx_1");
}

TEST_CASE("members by the hundred thousand are no burden", "[event]") {
    std::string body = R"({"id":"evt_1","type":"action.opened")";
    for (int i = 0; i < 200'000; ++i)
        body += ",\"m" + std::to_string(i) + "\":[]";
    body += "}";
    CHECK(parse_envelope(body)->id == "evt_1");
}
