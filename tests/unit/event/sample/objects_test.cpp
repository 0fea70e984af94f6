#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <chrono>
#include <map>
#include <regex>
#include <set>
#include <string>

using namespace webhookd;
using namespace webhookd::event;

// What wire-contract.md lists for each object ("Transaction object", "Other objects"), and the assumptions
// that src/event/sample/objects.hpp names.

namespace {

constexpr std::uint64_t seeds = 64;

std::string body_of(std::string_view type, std::uint64_t seed) {
    const timestamp noon = parse_rfc3339("2026-03-04T12:00:00.250Z").value();
    return make_sample(type, {seed, noon}).value();
}

rapidjson::Document parsed(const std::string& body) {
    rapidjson::Document event;
    event.Parse(body.c_str());
    REQUIRE_FALSE(event.HasParseError());
    return event;
}

/// `payload.object` of one sample.
rapidjson::Document object_of(std::string_view type, std::uint64_t seed) {
    const auto event = parsed(body_of(type, seed));
    rapidjson::Document object;
    object.CopyFrom(event["payload"]["object"], object.GetAllocator());
    return object;
}

std::string text(const rapidjson::Value& object, const char* member) {
    const auto found = object.FindMember(member);
    return found != object.MemberEnd() && found->value.IsString() ? found->value.GetString() : "(no text)";
}

using names = std::set<std::string>;

names names_of(const rapidjson::Value& object) {
    names found;
    for (const auto& each : object.GetObject())
        found.insert(each.name.GetString());
    return found;
}

bool matches(const std::string& value, const char* expression) {
    return std::regex_match(value, std::regex(expression));
}

constexpr const char* address = R"([a-z]+\.[a-z]+\+[a-z]+@(example\.(com|net|org)|mail\.example))";
constexpr const char* date = R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d\d\d)?Z)";

} // namespace

TEST_CASE("a sample's envelope has the documented members", "[event][sample]") {
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
        for (const auto& type : catalogue()) {
            CAPTURE(type.name, seed);
            const auto event = parsed(body_of(type.name, seed));
            CHECK(names_of(event) ==
                  names{"object", "id", "type", "createdAt", "user_id", "trace_id", "api_key_id", "payload"});
            CHECK(names_of(event["payload"]) == names{"object"});
            CHECK(text(event, "object") == "event");
            CHECK(matches(text(event, "id"), "evt_[0-9A-Za-z]{22}"));
            CHECK(matches(text(event, "api_key_id"), "apk_[0-9A-Za-z]{12}"));
            CHECK(event["createdAt"].IsDouble());
        }
}

TEST_CASE("an API key's sample shows its token when it was created, and only then", "[event][sample]") {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto created = object_of("apikey.created", seed);
        CHECK(names_of(created) == names{"object", "id", "created_at", "name", "token"});
        CHECK(matches(text(created, "token"), "apikey_[0-9A-Za-z]{40}"));
        CHECK(text(created, "id") == text(parsed(body_of("action.opened", seed)), "api_key_id"));
        CHECK(matches(text(created, "created_at"), date));
        for (const auto* type : {"apikey.updated", "apikey.deleted"}) {
            const auto later = object_of(type, seed);
            CHECK(names_of(later) == names{"object", "id", "created_at", "name"});
            CHECK(text(later, "object") == "apikey");
            CHECK(text(later, "id") == text(created, "id"));
            CHECK(text(later, "created_at") == text(created, "created_at"));
        }
    }
}

TEST_CASE("a participant's action has an actor, tasks and a link to sign", "[event][sample]") {
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
        for (const auto& type : catalogue()) {
            if (type.group != group::action || type.name == "action.stalled") continue;
            CAPTURE(type.name, seed);
            const bool closed = type.name == "action.closed";
            const auto action = object_of(type.name, seed);
            CHECK(names_of(action) ==
                  names{"object", "id", "actor", "state", "started_at", "url", "tasks", "transaction_id"});
            CHECK(matches(text(action, "id"), "act_[0-9A-Za-z]{12}"));
            CHECK(matches(text(action, "actor"), address));
            CHECK(text(action, "state") == (closed ? "closed" : "open"));
            CHECK(matches(text(action, "started_at"), date));
            CHECK(matches(text(action, "url"), R"(https://sign\.universign\.example/act/\w{20,})"));
            CHECK(text(action, "transaction_id") ==
                  text(object_of("transaction.lifecycle.created", seed), "id"));
            std::multiset<std::string> kinds;
            for (const auto& task : action["tasks"].GetArray()) {
                CHECK(names_of(task) == names{"type", "state", "field"});
                CHECK(text(task, "state") == (closed ? "done" : "todo"));
                CHECK(matches(text(task, "field"), "fld_[0-9A-Za-z]{4}"));
                kinds.insert(text(task, "type"));
            }
            CHECK(kinds == std::multiset<std::string>{"signature", "signature", "visa"});
        }
}

TEST_CASE("a stalled action has its four documented members and no others", "[event][sample]") {
    names reasons;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto stall = object_of("action.stalled", seed);
        const auto opened = object_of("action.opened", seed);
        CHECK(names_of(stall) == names{"participant_email", "action_id", "transaction_id", "stalled_reason"});
        CHECK(text(stall, "action_id") == text(opened, "id"));
        CHECK(text(stall, "participant_email") == text(opened, "actor"));
        CHECK(text(stall, "transaction_id") == text(opened, "transaction_id"));
        reasons.insert(text(stall, "stalled_reason"));
    }
    CHECK(reasons.size() == stall_reasons().size());
    for (const auto& reason : stall_reasons())
        CHECK(reasons.contains(std::string(reason.name)));
}

TEST_CASE("a registration's sample names applicant, level and access link", "[event][sample]") {
    names levels, outcomes;
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
        for (const auto& type : catalogue()) {
            if (type.group != group::registration) continue;
            CAPTURE(type.name, seed);
            const auto registration = object_of(type.name, seed);
            names expected{"object", "id",       "state",        "url",     "applicant",
                           "level",  "fullname", "phone_number", "language"};
            if (type.name == "registration.identity.verified") {
                expected.insert("verification_status");
                outcomes.insert(text(registration, "verification_status"));
            }
            CHECK(names_of(registration) == expected);
            CHECK(matches(text(registration, "id"), "reg_[0-9A-Za-z]{12}"));
            CHECK(matches(text(registration, "applicant"), address));
            CHECK(matches(text(registration, "phone_number"), R"(\+3363998\d{4})"));
            CHECK(matches(text(registration, "url"), R"(https://register\.universign\.example/\w{20,})"));
            levels.insert(text(registration, "level"));
        }
    CHECK(levels == names{"lcp", "qcp", "qcpnqscd"});
    CHECK(outcomes == names{"success", "failure"});
}

TEST_CASE("an identity validation belongs to no transaction", "[event][sample]") {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        CHECK(names_of(object_of("identity-validation.processed", seed)) ==
              names{"object", "id", "state", "email", "full_name", "document_type"});
        CHECK(parse_envelope(body_of("identity-validation.processed", seed))->transaction_id.empty());
    }
}

TEST_CASE("a chat message has its documented members, and its transaction", "[event][sample]") {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto message = object_of("transaction.chat.message.received", seed);
        CHECK(names_of(message) ==
              names{"object", "id", "sent_at", "message", "from_participant", "was_read", "transaction_id"});
        CHECK(matches(text(message, "id"), "msg_[0-9A-Za-z]{12}"));
        CHECK(message["from_participant"].IsTrue());
        CHECK(message["was_read"].IsFalse());
        CHECK(text(message, "transaction_id") ==
              text(object_of("transaction.lifecycle.created", seed), "id"));
    }
}

TEST_CASE("dates come with milliseconds in some samples and with whole seconds in others",
          "[event][sample]") {
    std::map<std::string, int> bodies;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto body = body_of("transaction.lifecycle.completed", seed);
        const std::regex any(R"("20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d\d\d)?Z")");
        names forms;
        for (auto at = std::sregex_iterator(body.begin(), body.end(), any); at != std::sregex_iterator();
             ++at)
            forms.insert((*at)[1].matched ? "milliseconds" : "seconds");
        REQUIRE(forms.size() == 1);
        ++bodies[(body.find('\n') == std::string::npos ? "compact, " : "indented, ") + *forms.begin()];
    }
    CHECK(bodies.size() == 4);
}
