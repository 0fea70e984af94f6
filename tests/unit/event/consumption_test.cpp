#include <webhookd/event/consumption.hpp>
#include <webhookd/event/sample.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <string>

using namespace webhookd;
using event::consumption;

namespace {

using by_level = std::array<std::int64_t, consumption::levels>;

std::optional<consumption> count(const std::string& body) {
    const auto parsed = event::document::parse(body).value();
    return event::count_consumption(event::read_envelope(parsed).value(), parsed);
}

std::string completed(const std::string& object) {
    return R"({"id":"evt_1","type":"transaction.lifecycle.completed","payload":{"object":)" + object + "}}";
}

consumption used(const std::string& object) {
    return count(completed(object)).value();
}

} // namespace

TEST_CASE("a sample's consumption is what its description promises", "[event]") {
    const auto counted = count(event::make_sample("transaction.lifecycle.completed", {}).value());
    REQUIRE(counted);
    CHECK(counted->signatures_by_level == by_level{1, 1, 2, 1, 1});
    CHECK(counted->signatures() == 6);
    CHECK(counted->visas == 1);
    CHECK(counted->reviews == 1);
    CHECK(counted->seals == 2);
    CHECK(counted->total() == 10);
}

TEST_CASE("only the completion of a transaction consumes", "[event]") {
    for (const auto* type : {"transaction.lifecycle.started", "action.closed", "apikey.created"})
        CHECK_FALSE(count(event::make_sample(type, {}).value()).has_value());
}

TEST_CASE("a signature counts at its signer's level", "[event]") {
    const auto counted = used(R"({"participants":[
        {"email":"default@x.example"},
        {"email":"simple@x.example","min_signature_level":"level0"},
        {"email":"lcp@x.example","min_signature_level":"level_2"},
        {"email":"QCP@x.example","min_signature_level":"level3"},
        {"email":"qualified@x.example","min_signature_level":"level4"}],
        "instructions":{"signatures":[
        {"signer":"default@x.example","field":"fld_1"}, {"signer":"simple@x.example","field":"fld_2"},
        {"signer":"LCP@X.example","field":"fld_3"}, {"signer":"qcp@x.example","field":"fld_4"},
        {"signer":"qualified@x.example","field":"fld_5"}, {"signer":"qualified@x.example","field":"fld_6"},
        {"signer":"unknown@x.example","field":"fld_7"}, {"field":"fld_8"}]}})");
    CHECK(counted.signatures_by_level == by_level{1, 3, 1, 1, 2});
    CHECK(counted.total() == 8);
}

TEST_CASE("a level is written as it is documented, and any other text is level 1", "[event]") {
    const auto level = [](const std::string& written) {
        const auto counted =
            used(R"({"participants":[{"email":"a@x.example","min_signature_level":)" + written +
                 R"(}],"instructions":{"signatures":[{"signer":"a@x.example"}]}})");
        CHECK(counted.total() == 1);
        const auto& levels = counted.signatures_by_level;
        return std::find(levels.begin(), levels.end(), 1) - levels.begin();
    };
    for (int number = 0; number < 5; ++number) {
        CHECK(level("\"level" + std::to_string(number) + '"') == number);
        CHECK(level("\"level_" + std::to_string(number) + '"') == number);
    }
    for (const auto* other :
         {"\"\"", "\"4\"", "4", "\"level\"", "\"level_\"", "\"level5\"", "\"level9\"", "\"level04\"",
          "\"level__4\"", "\"level-4\"", "\"level/\"", "\"Level4\"", "\"qcp\"", "null", "[\"level4\"]"}) {
        INFO(other);
        CHECK(level(other) == 1);
    }
}

TEST_CASE("a field of type visa is a visa, and no signature", "[event]") {
    const auto counted = used(R"({"documents":[{"fields":[{"id":"fld_1","type":"visa"},
        {"id":"fld_2","type":"signature"}]}, {"fields":[{"id":"fld_3","type":"visa"},{"type":"visa"}]}],
        "instructions":{"signatures":[{"field":"fld_1"},{"field":"fld_2"},{"field":"fld_3"},{"field":"x"},
        {"field":"fld_1"},{"field":""},{}]}})");
    CHECK(counted.visas == 2);
    CHECK(counted.signatures() == 4);
}

TEST_CASE("several entries of a field are alternates, and the highest of their levels counts", "[event]") {
    const std::string participants = R"({"participants":[
        {"email":"a@x.example","min_signature_level":"level0"},
        {"email":"b@x.example","min_signature_level":"level3"},
        {"email":"c@x.example","min_signature_level":"level2"}],"instructions":{"signatures":)";
    for (const std::string signatures : {
             R"([{"signer":"a@x.example","field":"f"},{"signer":"b@x.example","field":"f"},
                 {"signer":"c@x.example","field":"f"}])",
             R"([{"signer":["a@x.example","b@x.example","c@x.example"],"field":"f"}])",
             R"([{"signers":["c@x.example","B@x.example"],"field":"f"}])",
             R"([{"signers":[{"email":"a@x.example"},{"id":"b@x.example"}],"field":"f"}])",
             R"([{"signer":{"id":"par_1","email":"b@x.example"},"field":"f"}])",
             R"([{"signer":"a@x.example","signers":["b@x.example"],"field":"f"}])",
             R"([{"signer":[7,null,["a@x.example"],{},"b@x.example"],"field":"f"}])",
         }) {
        INFO(signatures);
        CHECK(used(participants + signatures + "}}") == consumption{.signatures_by_level = {0, 0, 0, 1, 0}});
    }
    // Who is no participant requires the default.
    CHECK(used(participants + R"([{"signers":["a@x.example","d@x.example"],"field":"f"}]}})") ==
          consumption{.signatures_by_level = {0, 1, 0, 0, 0}});
    // Without a field each entry counts by itself.
    CHECK(used(participants +
               R"([{"signer":"a@x.example"},{"signer":"a@x.example"},{"signer":["b@x.example"]}]}})") ==
          consumption{.signatures_by_level = {2, 0, 0, 1, 0}});
}

TEST_CASE("an unknown participant is found by the name that stands for his address", "[event]") {
    const std::string participants = R"({"participants":[
        {"email":"$Buyer","min_signature_level":"level4"},
        {"full_name":"Ada Byron","min_signature_level":"level3"},
        {"full_name":"$Clerk","min_signature_level":"level2"},
        {"email":"bob@x.example","full_name":"Buyer","min_signature_level":"level0"},
        {"email":"dan@x.example","full_name":"Dan Noir","min_signature_level":"level0"},
        {"email":"eve@x.example","full_name":"Dan Noir","min_signature_level":"level2"},
        {"email":"","full_name":"","min_signature_level":"level4"}],"instructions":{"signatures":[)";
    const auto level = [&](const std::string& signer) {
        const auto counted = used(participants + R"({"signer":")" + signer + R"(","field":"f"}]}})");
        CHECK(counted.total() == 1);
        const auto& levels = counted.signatures_by_level;
        return std::find(levels.begin(), levels.end(), 1) - levels.begin();
    };
    CHECK(level("$Buyer") == 4); // not the one whose name is the same
    CHECK(level("$Ada Byron") == 3);
    CHECK(level("$ada byron") == 3);
    CHECK(level("$Clerk") == 2);
    CHECK(level("$Dan Noir") == 2); // of two the higher
    CHECK(level("Ada Byron") == 1);
    CHECK(level("$Nobody") == 1);
    CHECK(level("$") == 1);
    CHECK(level("") == 1);
}

TEST_CASE("a field that a seal signs is a seal, and its sealer is not counted again", "[event]") {
    CHECK(used(R"({"sealers":["scd_1"],"instructions":{"signatures":[{"signer":"scd_1","field":"f"}]}})") ==
          consumption{.seals = 1});
    CHECK(used(R"({"sealers":[{"id":"scd_1"},{"id":"scd_2"},"scd_3"],
        "instructions":{"signatures":[{"signer":{"id":"scd_1"},"field":"f"},{"signer":"scd_1","field":"g"}]}})") ==
          consumption{.seals = 4}); // two fields, and two that sign none
    CHECK(used(R"({"instructions":{"signatures":[{"signers":["a@x.example","scd_1"],"field":"f"},
        {"signer":"scd_2"},{"signer":"b@x.example","field":"f"}]}})") == consumption{.seals = 2});
    CHECK(used(R"({"sealers":["scd_1"],"documents":[{"fields":[{"id":"f","type":"visa"}]}],
        "instructions":{"signatures":[{"signer":"scd_1","field":"f"}]}})") == consumption{.seals = 1});
    CHECK(used(R"({"instructions":{"signatures":[{"signer":"scd_team@x.example","field":"f"}]}})") ==
          consumption{.signatures_by_level = {0, 1, 0, 0, 0}});
}

TEST_CASE("bodies of any size and shape are counted in linear time", "[event]") {
    constexpr std::size_t many = 100'000;
    const auto list = [](const auto& element) {
        std::string text = "[";
        for (std::size_t i = 0; i < many; ++i)
            text += (i == 0 ? "" : ",") + element(std::to_string(i));
        return text + "]";
    };
    const auto same_field = [](const std::string& i) {
        return R"({"signer":"p)" + i + R"(@x.example","field":"f"})";
    };
    const auto own_field = [](const std::string& i) {
        return R"({"signer":"p)" + i + R"(@x.example","field":"f)" + i + "\"}";
    };
    const auto participant = [](const std::string& i) {
        return R"({"email":"p)" + i + R"(@x.example","full_name":"Ada","min_signature_level":"level4"})";
    };
    const auto seal = [](const std::string& i) { return "\"scd_" + i + '"'; };
    const auto visa = [](const std::string& i) { return R"({"type":"visa","id":"f)" + i + "\"}"; };
    const auto named = [](const std::string&) { return std::string("\"$Ada\""); };
    const auto size = static_cast<std::int64_t>(many);

    CHECK(used(R"({"participants":)" + list(participant) + R"(,"instructions":{"signatures":)" +
               list(same_field) + "}}") == consumption{.signatures_by_level = {0, 0, 0, 0, 1}});
    CHECK(used(R"({"participants":)" + list(participant) + R"(,"instructions":{"signatures":)" +
               list(own_field) + "}}") == consumption{.signatures_by_level = {0, 0, 0, 0, size}});
    CHECK(used(R"({"documents":[{"fields":)" + list(visa) + R"(}],"instructions":{"signatures":)" +
               list(own_field) + "}}") == consumption{.visas = size});
    CHECK(used(R"({"sealers":)" + list(seal) + R"(,"instructions":{"signatures":[{"field":"f","signer":)" +
               list(seal) + "}]}}") == consumption{.seals = 1});
    CHECK(used(R"({"participants":)" + list(participant) +
               R"(,"instructions":{"signatures":[{"field":"f","signers":)" + list(named) + "}]}}") ==
          consumption{.signatures_by_level = {0, 0, 0, 0, 1}});
    const std::string deep = std::string(many, '[') + std::string(many, ']');
    CHECK(used(R"({"participants":)" + deep + R"(,"sealers":)" + deep +
               R"(,"instructions":{"signatures":[{"signer":)" + deep + R"(,"field":)" + deep + "}]}}")
              .total() == 2);
}

TEST_CASE("members of another type than expected count as absent", "[event]") {
    CHECK(used("[]") == consumption{});
    CHECK(used("{}") == consumption{});
    CHECK(used(R"({"sealers":{"a":1},"instructions":[1,2],"participants":"none"})") == consumption{});
    CHECK(used(R"({"sealers":[null,1,{}],"instructions":{"reviews":[7],"signatures":[null,"x",{"field":3}]},
        "participants":[1,{"email":2}],"documents":[{"fields":[3,{"id":4,"type":"visa"}]}]})")
              .total() == 3 + 1 + 3);
    CHECK(count(R"({"id":"evt_1","type":"transaction.lifecycle.completed"})").value() == consumption{});
}
