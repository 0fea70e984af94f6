#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/event/number.hpp>
#include <webhookd/event/sample.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <chrono>
#include <map>
#include <set>
#include <string>

using namespace webhookd;
using namespace webhookd::event;
using namespace std::chrono_literals;

namespace {

const timestamp noon = parse_rfc3339("2026-03-04T12:00:00.250Z").value();

sample_world world(std::uint64_t seed) {
    return {seed, noon};
}

std::string sample(std::string_view type, std::uint64_t seed = 1,
                   const std::vector<override_value>& overrides = {}) {
    return make_sample(type, world(seed), overrides).value();
}

document read(const std::string& body) {
    return document::parse(body).value();
}

const json_value* find(const document& body, std::string_view pointer) {
    return body.find(json_pointer::parse(pointer).value());
}

std::string text(const document& body, std::string_view pointer) {
    const auto* value = find(body, pointer);
    return value && value->IsString() ? std::string(value->GetString()) : "(no text)";
}

/// Sets one value in a sample and reads it back.
std::string after_setting(const std::string& pointer, const std::string& value,
                          std::string_view read_pointer) {
    const auto body = make_sample("transaction.lifecycle.started", world(1), {{pointer, value}});
    if (!body) return to_string(body.error());
    return text(read(*body), read_pointer);
}

} // namespace

TEST_CASE("every documented type has a sample whose envelope says what it should", "[event]") {
    const std::map<group, std::pair<std::string, std::string>> objects{
        {group::apikey, {"apikey", "apk_"}},
        {group::transaction, {"transaction", "tx_"}},
        {group::action, {"action", "act_"}},
        {group::identity_validation, {"identity-validation", "idv_"}},
        {group::registration, {"registration", "reg_"}},
    };
    for (const auto seed : {1u, 2u, 77u}) {
        const auto transaction = parse_envelope(sample("transaction.lifecycle.created", seed))->object_id;
        for (const auto& type : catalogue()) {
            CAPTURE(type.name, seed);
            const auto e = parse_envelope(sample(type.name, seed));
            REQUIRE(e);
            CHECK(e->id.starts_with("evt_"));
            CHECK(e->type == type.name);
            REQUIRE(e->created);
            CHECK(e->created->time_since_epoch() % 1ms == 0us);
            CHECK(e->created > noon - 24h * 60);
            CHECK(e->created < noon + 24h * 60);
            CHECK_FALSE(e->user_id.empty());
            CHECK_FALSE(e->trace_id.empty());
            CHECK(e->api_key.starts_with("apk_"));

            const bool message = type.name == "transaction.chat.message.received";
            const bool stalled = type.name == "action.stalled";
            const auto& [object, prefix] = objects.at(type.group);
            CHECK(e->object_type == (stalled ? "" : message ? "message" : object));
            CHECK(e->object_id.starts_with(message ? "msg_" : prefix));
            const bool in_transaction = type.group == group::transaction || type.group == group::action;
            CHECK(e->transaction_id == (in_transaction ? transaction : ""));
            CHECK(e->state.empty() == (message || stalled || type.group == group::apikey));
            CHECK(e->stalled_reason.empty() != stalled);
        }
    }
}

TEST_CASE("each state fits its event", "[event]") {
    const std::map<std::string, std::string> states{
        {"transaction.lifecycle.created", "draft"},
        {"transaction.lifecycle.started", "started"},
        {"transaction.lifecycle.paused", "paused"},
        {"transaction.lifecycle.cancelled", "cancelled"},
        {"transaction.lifecycle.expired", "expired"},
        {"transaction.lifecycle.completed", "completed"},
        {"action.opened", "open"},
        {"action.closed", "closed"},
        {"registration.lifecycle.expired", "expired"},
        {"registration.certificate.activated", "activated"},
        {"identity-validation.processed", "processed"},
    };
    for (const auto& [type, state] : states) {
        CAPTURE(type);
        CHECK(parse_envelope(sample(type))->state == state);
    }
    const auto verified = parse_envelope(sample("registration.identity.verified"))->state;
    CHECK((verified == "success" || verified == "failure"));
}

TEST_CASE("the same seed makes the same bytes, and another makes other ids", "[event]") {
    std::set<std::string> ids;
    for (std::uint64_t seed = 0; seed < 500; ++seed)
        for (const auto& type : catalogue())
            ids.insert(parse_envelope(sample(type.name, seed))->id);
    CHECK(ids.size() == 500 * 24);
    for (const auto& type : catalogue())
        CHECK(sample(type.name, 7) == sample(type.name, 7));
    CHECK(parse_envelope(sample("action.opened", 1))->object_id ==
          parse_envelope(sample("action.closed", 1))->object_id);
    CHECK(parse_envelope(sample("action.opened", 1))->object_id !=
          parse_envelope(sample("action.opened", 3))->object_id);
    CHECK(sample("action.opened", std::numeric_limits<std::uint64_t>::max()) != sample("action.opened", 0));
}

TEST_CASE("bodies are compact for odd seeds and indented for even ones", "[event]") {
    CHECK(sample("action.opened", 1).find('\n') == std::string::npos);
    CHECK(sample("action.opened", 2).find("\n  \"id\"") != std::string::npos);
}

TEST_CASE("a transaction of a time before 1970 or after 9999 is still JSON", "[event]") {
    CHECK(document::parse(make_sample("transaction.lifecycle.started", {1, timestamp{-5s}}).value()));
    CHECK(document::parse(
        make_sample("transaction.lifecycle.started", {1, timestamp{std::chrono::hours(24 * 366 * 9000)}})
            .value()));
}

TEST_CASE("an override replaces a value, as JSON where it is JSON and else as text", "[event]") {
    CHECK(after_setting("/payload/object/state", "paused", "/payload/object/state") == "paused");
    CHECK(after_setting("/payload/object/state", "\"paused\"", "/payload/object/state") == "paused");
    CHECK(after_setting("/id", "evt_mine", "/id") == "evt_mine");
    CHECK(after_setting("/payload/object/state", "", "/payload/object/state").empty());
    CHECK(after_setting("/payload/object", R"({"a":{"b":["c"]}})", "/payload/object/a/b/0") == "c");
    for (const auto* injection : {"1},\"x\":{\"y\":1", "1,\"v\":2", "1}", "{", "[1", "tru", "1 2", "'a'"}) {
        CAPTURE(injection);
        CHECK(after_setting("/payload/object/state", injection, "/payload/object/state") == injection);
    }
    for (const auto seed : {1u, 2u}) {
        const auto body = read(sample(
            "action.opened", seed,
            {{"/payload/object/n", "12.5"}, {"/payload/object/t", "true"}, {"/payload/object/z", "null"}}));
        CHECK(number_text(*find(body, "/payload/object/n")).view() == "12.5");
        CHECK(find(body, "/payload/object/t")->IsTrue());
        CHECK(find(body, "/payload/object/z")->IsNull());
    }
}

TEST_CASE("an override makes what is missing on its way", "[event]") {
    CHECK(after_setting("/payload/object/a/b/c", "x", "/payload/object/a/b/c") == "x");
    CHECK(after_setting("/payload/object/list/0/name", "x", "/payload/object/list/0/name") == "x");
    CHECK(after_setting("/payload/object/list/-", "x", "/payload/object/list/0") == "x");
    CHECK(after_setting("/payload/object/participants/-/email", "x",
                        "/payload/object/participants/6/email") == "x");
    CHECK(after_setting("/payload/object/participants/6/email", "x",
                        "/payload/object/participants/6/email") == "x");
    CHECK(after_setting("/payload/object/participants/1/email", "x",
                        "/payload/object/participants/1/email") == "x");
    CHECK(after_setting("/payload/object/metadata/a~1b", "x", "/payload/object/metadata/a~1b") == "x");
    CHECK(after_setting("/payload/object/7", "x", "/payload/object/7") == "x");
    const auto twice = read(sample("action.opened", 1, {{"/m/-", "1"}, {"/m/-", "2"}}));
    CHECK(find(twice, "/m")->Size() == 2);
}

TEST_CASE("an override that cannot be set is refused with its pointer", "[event]") {
    for (const std::string pointer :
         {"/payload/object/state/x", "/payload/object/duration/0", "/payload/object/stalled/-",
          "/payload/object/participants/7/email", "/payload/object/participants/4294967294",
          "/payload/object/participants/first", "/payload/object/participants/01", "payload", "/a~", ""}) {
        CAPTURE(pointer);
        const auto body = make_sample("transaction.lifecycle.started", world(1), {{pointer, "x"}});
        REQUIRE(body.has_error());
        CHECK(body.error().code == errc::argument_invalid);
    }
    CHECK(make_sample("action.opened", world(1), {{"/a", "\xff"}}).error().code == errc::argument_invalid);
    CHECK(make_sample("action.opened", world(1), {{"/\xff", "a"}}).error().code == errc::argument_invalid);
}

TEST_CASE("a type outside the catalogue has no sample, but perhaps a neighbour", "[event]") {
    const auto body = make_sample("action.opend", world(1));
    REQUIRE(body.has_error());
    CHECK(body.error().code == errc::argument_invalid);
    CHECK(body.error().detail.find("action.opened") != std::string::npos);
    CHECK(make_sample("", world(1)).error().code == errc::argument_invalid);
}
