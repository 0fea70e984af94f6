#include <webhookd/event/event_type.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace webhookd::event;

TEST_CASE("the catalogue has all 24 documented types in their five groups", "[event]") {
    std::map<group, int> sizes;
    std::set<std::string_view> names;
    for (const auto& type : catalogue()) {
        ++sizes[type.group];
        names.insert(type.name);
    }
    CHECK(names.size() == 24);
    CHECK(sizes == std::map<group, int>{{group::apikey, 3},
                                        {group::transaction, 7},
                                        {group::action, 7},
                                        {group::identity_validation, 1},
                                        {group::registration, 6}});
}

TEST_CASE("a type's first dotted name is its group", "[event]") {
    for (const auto& type : catalogue()) {
        CAPTURE(type.name);
        CHECK(type.name.substr(0, type.name.find('.')) == to_string(type.group));
    }
}

TEST_CASE("descriptions are sentences of their own without a full stop", "[event]") {
    std::set<std::string_view> seen;
    for (const auto& type : catalogue()) {
        CAPTURE(type.name);
        CHECK(type.description.size() > 15);
        CHECK(type.description.back() != '.');
        CHECK(seen.insert(type.description).second);
    }
}

TEST_CASE("a type is found by its exact name only", "[event]") {
    for (const auto& type : catalogue())
        CHECK(find_type(type.name) == &type);
    CHECK_FALSE(find_type("transaction"));
    CHECK_FALSE(find_type("Action.opened"));
    CHECK_FALSE(find_type(""));
}

TEST_CASE("there are four reasons for a stalled action", "[event]") {
    std::set<std::string_view> names;
    for (const auto& reason : stall_reasons()) {
        names.insert(reason.name);
        CHECK_FALSE(reason.description.empty());
    }
    CHECK(names == std::set<std::string_view>{"action_refusal", "signature_refusal", "consultation_refusal",
                                              "review_refusal"});
}
