#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::event;

namespace {

using names = std::set<std::string>;

std::string body_of(std::string_view type, std::uint64_t seed) {
    const timestamp noon = parse_rfc3339("2026-03-04T12:00:00.250Z").value();
    return make_sample(type, {seed, noon}).value();
}

rapidjson::Document transaction_of(std::string_view type, std::uint64_t seed) {
    rapidjson::Document event;
    event.Parse(body_of(type, seed).c_str());
    rapidjson::Document object;
    object.CopyFrom(event["payload"]["object"], object.GetAllocator());
    return object;
}

/// Of many seeds, with every event of a transaction's life.
void for_each_transaction(const std::function<void(const rapidjson::Value&)>& check) {
    for (std::uint64_t seed = 0; seed < 64; ++seed)
        for (const auto& type : catalogue())
            if (type.name.starts_with("transaction.lifecycle.")) {
                CAPTURE(type.name, seed);
                check(transaction_of(type.name, seed));
            }
}

std::string text(const rapidjson::Value& object, const char* member) {
    const auto found = object.FindMember(member);
    return found != object.MemberEnd() && found->value.IsString() ? found->value.GetString() : "(no text)";
}

names names_of(const rapidjson::Value& object) {
    names found;
    for (const auto& each : object.GetObject())
        found.insert(each.name.GetString());
    return found;
}

/// What is in `found` and neither in `always` nor in `sometimes`, and what of `always` is missing.
names differences(const names& found, const names& always, const names& sometimes = {}) {
    names different;
    for (const auto& each : found)
        if (!always.contains(each) && !sometimes.contains(each)) different.insert(each);
    for (const auto& each : always)
        if (!found.contains(each)) different.insert("no " + each);
    return different;
}

names strings_of(const rapidjson::Value& array) {
    names found;
    for (const auto& each : array.GetArray())
        found.insert(each.GetString());
    return found;
}

/// Signers of one instruction, in whichever way it names them.
names signers_of(const rapidjson::Value& signature) {
    const auto& named = signature[signature.HasMember("signers") ? "signers" : "signer"];
    return named.IsArray() ? strings_of(named) : names{named.GetString()};
}

/// Types of the fields, by their ids.
std::map<std::string, std::string> fields_of(const rapidjson::Value& transaction) {
    std::map<std::string, std::string> fields;
    for (const auto& document : transaction["documents"].GetArray())
        for (const auto& field : document["fields"].GetArray())
            fields.emplace(text(field, "id"), text(field, "type"));
    return fields;
}

/// Required levels of the participants, by their addresses.
std::map<std::string, std::string> levels_of(const rapidjson::Value& transaction) {
    std::map<std::string, std::string> levels;
    for (const auto& who : transaction["participants"].GetArray())
        levels.emplace(text(who, "email"), text(who, "min_signature_level"));
    return levels;
}

names sealers_of(const rapidjson::Value& transaction) {
    names ids;
    for (const auto& each : transaction["sealers"].GetArray())
        ids.insert(text(each, "id"));
    return ids;
}

std::size_t characters(const std::string& utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

} // namespace

TEST_CASE("a sample transaction has the documented members, and no invented ones", "[event][sample]") {
    for_each_transaction([](const rapidjson::Value& transaction) {
        CHECK(differences(names_of(transaction),
                          {"object",         "id",           "folder_id",    "created_at",    "duration",
                           "name",           "folder_name",  "stalled",      "language",      "creator",
                           "state",          "participants", "watchers",     "carbon_copies", "sealers",
                           "documents",      "uploads",      "instructions", "actions",       "metadata",
                           "progress_value", "private"},
                          {"started_at"}) == names{});
        CHECK(names_of(transaction["creator"]) == names{"workspace_name", "api_key_name"});
        CHECK(names_of(transaction["instructions"]) ==
              names{"signatures", "reviews", "captures", "sequencing", "editions"});
        for (const auto& who : transaction["participants"].GetArray())
            CHECK(differences(names_of(who),
                              {"email", "min_signature_level", "schedule", "state", "waiting_period"},
                              {"full_name", "full_name_type", "phone_number", "phone_number_type",
                               "access_control"}) == names{});
        for (const auto& document : transaction["documents"].GetArray()) {
            CHECK(names_of(document) == names{"id", "name", "fields"});
            CHECK(text(document, "id").starts_with("doc_"));
            for (const auto& field : document["fields"].GetArray())
                CHECK(names_of(field) == names{"id", "type", "built_in", "consents", "page"});
        }
        for (const auto& action : transaction["actions"].GetArray()) {
            CHECK(names_of(action) == names{"id", "actor", "state", "started_at", "url", "tasks"});
            for (const auto& task : action["tasks"].GetArray())
                CHECK(differences(names_of(task), {"type", "state"}, {"field"}) == names{});
        }
        CHECK((text(transaction, "state") == "draft") != transaction.HasMember("started_at"));
    });
}

TEST_CASE("ids of a sample transaction have their prefixes", "[event][sample]") {
    for_each_transaction([](const rapidjson::Value& transaction) {
        CHECK(text(transaction, "id").starts_with("tx_"));
        for (const auto& [id, type] : fields_of(transaction))
            CHECK(id.starts_with("fld_"));
        for (const auto& id : sealers_of(transaction)) {
            CHECK(id.starts_with("scd_"));
            CHECK(id.size() == 4 + 64);
            CHECK(id.find_first_not_of("0123456789abcdef", 4) == std::string::npos);
        }
        for (const auto& action : transaction["actions"].GetArray())
            CHECK(text(action, "id").starts_with("act_"));
    });
}

TEST_CASE("whatever a sample transaction refers to is in it", "[event][sample]") {
    for_each_transaction([](const rapidjson::Value& transaction) {
        const auto levels = levels_of(transaction);
        const auto fields = fields_of(transaction);
        const auto sealers = sealers_of(transaction);
        CHECK(levels.size() == 6);
        CHECK(fields.size() == 8);
        const auto& instructions = transaction["instructions"];
        std::map<std::string, names> signers;
        for (const auto& each : instructions["signatures"].GetArray()) {
            CHECK(signers.emplace(text(each, "field"), signers_of(each)).second);
            for (const auto& who : signers_of(each))
                CHECK((levels.contains(who) || sealers.contains(who)));
        }
        CHECK(signers.size() == fields.size());
        for (const auto& each : instructions["reviews"].GetArray())
            CHECK((levels.contains(text(each, "reviewer")) && levels.contains(text(each, "recipient"))));
        for (const auto& each : instructions["captures"].GetArray())
            CHECK(levels.contains(text(each, "actor")));
        for (const auto& each : instructions["editions"].GetArray())
            CHECK((levels.contains(text(each, "editor")) && levels.contains(text(each, "participant"))));
        for (const auto& each : instructions["sequencing"].GetArray()) {
            CHECK(names_of(each) == names{"before", "after"});
            for (const auto* side : {"before", "after"})
                for (const auto& who : strings_of(each[side]))
                    CHECK(levels.contains(who));
        }
        for (const auto& action : transaction["actions"].GetArray()) {
            CHECK(levels.contains(text(action, "actor")));
            for (const auto& task : action["tasks"].GetArray()) {
                if (!task.HasMember("field")) continue;
                CHECK(fields.at(text(task, "field")) == text(task, "type"));
                CHECK(signers.at(text(task, "field")).contains(text(action, "actor")));
            }
        }
    });
}

TEST_CASE("a completed sample has every level and every kind of signer", "[event][sample]") {
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        CAPTURE(seed);
        const auto transaction = transaction_of("transaction.lifecycle.completed", seed);
        const auto levels = levels_of(transaction);
        const auto fields = fields_of(transaction);
        const auto sealers = sealers_of(transaction);
        std::multiset<std::string> counted;
        names signing_seals, spellings;
        for (const auto& each : transaction["instructions"]["signatures"].GetArray()) {
            const auto signers = signers_of(each);
            const auto& first = *signers.begin();
            if (signers.size() > 1) spellings.insert(each.HasMember("signers") ? "signers" : "signer[]");
            if (first.starts_with("scd_")) {
                signing_seals.insert(first);
                counted.insert("seal");
            } else if (fields.at(text(each, "field")) == "visa") {
                counted.insert("visa");
            } else {
                std::string highest;
                for (const auto& who : signers)
                    highest = std::max(highest, levels.at(who));
                counted.insert(highest);
                if (first.starts_with("$")) spellings.insert("$Name");
            }
        }
        CHECK(counted == std::multiset<std::string>{"level0", "level1", "level2", "level2", "level3",
                                                    "level4", "seal", "visa"});
        CHECK(spellings == names{"signers", "signer[]", "$Name"});
        CHECK(signing_seals.size() == 1);
        CHECK(sealers.size() == 2);
        CHECK(sealers.contains(*signing_seals.begin()));
        CHECK(transaction["instructions"]["reviews"].Size() == 1);
    }
}

TEST_CASE("a sample transaction's actions open and close as it goes on", "[event][sample]") {
    const std::map<std::string, std::pair<std::size_t, std::size_t>> open_and_closed{
        {"created", {0, 0}},   {"started", {2, 0}}, {"paused", {1, 1}},
        {"cancelled", {2, 2}}, {"expired", {2, 2}}, {"completed", {0, 6}},
    };
    for (const auto& [event, expected] : open_and_closed) {
        CAPTURE(event);
        const auto transaction = transaction_of("transaction.lifecycle." + event, 5);
        std::size_t open = 0, closed = 0;
        names links;
        for (const auto& action : transaction["actions"].GetArray()) {
            ++(text(action, "state") == "open" ? open : closed);
            links.insert(text(action, "url"));
            if (text(action, "state") == "closed")
                for (const auto& task : action["tasks"].GetArray())
                    CHECK(text(task, "state") == "done");
        }
        CHECK(std::pair(open, closed) == expected);
        CHECK(links.size() == open + closed);
        CHECK(transaction["stalled"].GetBool() == (event == "expired"));
        CHECK((transaction["progress_value"].GetInt() == 100) == (event == "completed"));
    }
}

TEST_CASE("an unknown participant has a $Name and neither name nor number", "[event][sample]") {
    for_each_transaction([](const rapidjson::Value& transaction) {
        for (const auto& who : transaction["participants"].GetArray()) {
            const bool known = !text(who, "email").starts_with("$");
            CHECK(who.HasMember("full_name") == known);
            CHECK(who.HasMember("phone_number") == known);
            if (!known) continue;
            const auto email = text(who, "email");
            const auto domain = email.substr(email.find('@') + 1);
            CHECK(names{"example.com", "example.net", "example.org", "mail.example"}.contains(domain));
            CHECK(text(who, "phone_number").starts_with("+3363998"));
        }
    });
}

TEST_CASE("metadata and consents of a sample keep to Universign's limits", "[event][sample]") {
    bool has_blank = false, has_long_consent = false;
    for_each_transaction([&](const rapidjson::Value& transaction) {
        CHECK(transaction["metadata"].MemberCount() <= 15);
        for (const auto& each : transaction["metadata"].GetObject()) {
            const std::string key = each.name.GetString();
            CHECK(characters(key) <= 20);
            CHECK(key.find_first_of("=+_") == std::string::npos);
            CHECK(characters(each.value.GetString()) <= 200);
            has_blank = has_blank || key.find(' ') != std::string::npos;
        }
        for (const auto& document : transaction["documents"].GetArray())
            for (const auto& field : document["fields"].GetArray())
                for (const auto& each : strings_of(field["consents"])) {
                    CHECK(characters(each) <= 600);
                    has_long_consent = has_long_consent || characters(each) > 500;
                }
    });
    CHECK(has_blank);
    CHECK(has_long_consent);
}

TEST_CASE("a completed sample stays small", "[event][sample]") {
    for (std::uint64_t seed = 1; seed < 200; seed += 2)
        CHECK(body_of("transaction.lifecycle.completed", seed).size() <= 8192);
}
