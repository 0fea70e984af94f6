#include <webhookd/event/consumption.hpp>
#include <webhookd/event/sample.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using event::consumption;

namespace {

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
    const auto& levels = counted->signatures_by_level;
    CHECK(std::vector<std::int64_t>(levels.begin(), levels.end()) ==
          std::vector<std::int64_t>{1, 1, 2, 1, 1}); // from level 0 on
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
        {"email":"a@x.example"},
        {"email":"b@x.example","min_signature_level":"level2"},
        {"email":"C@x.example","min_signature_level":"level_3"},
        {"email":"d@x.example","min_signature_level":"level9"}],
        "instructions":{"signatures":[
        {"signer":"a@x.example","field":"fld_1"}, {"signer":"B@X.example","field":"fld_2"},
        {"signer":"c@x.example","field":"fld_3"}, {"signer":"d@x.example","field":"fld_4"},
        {"signer":"unknown@x.example","field":"fld_5"}]}})");
    CHECK(counted.signatures_by_level == std::array<std::int64_t, 3>{3, 1, 1});
    CHECK(counted.total() == 5);
}

TEST_CASE("an entry whose field is a visa is no signature", "[event]") {
    const auto counted = used(R"({"documents":[{"fields":[{"id":"fld_1","type":"visa"},
        {"id":"fld_2","type":"signature"}]}, {"fields":[{"id":"fld_3","type":"visa"}]}],
        "instructions":{"signatures":[{"field":"fld_1"},{"field":"fld_2"},{"field":"fld_3"},{"field":"x"}]}})");
    CHECK(counted.visas == 2);
    CHECK(counted.signatures() == 2);
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
