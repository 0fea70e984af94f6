#include "cli/answers.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

namespace {

rapidjson::Document parsed(const char* json) {
    rapidjson::Document value;
    value.Parse(json);
    REQUIRE_FALSE(value.HasParseError());
    return value;
}

} // namespace

TEST_CASE("a member that is missing or of another kind says nothing", "[cli]") {
    const auto answer = parsed(R"({"yes":true,"no":false,"text":"true","list":[1,2],"number":7})");
    CHECK(cli::is_true(answer, "yes"));
    for (const auto* member : {"no", "text", "list", "number", "missing"}) {
        CAPTURE(member);
        CHECK_FALSE(cli::is_true(answer, member));
    }
    CHECK(cli::list_of(answer, "list").Size() == 2);
    for (const auto* member : {"yes", "text", "number", "missing"}) {
        CAPTURE(member);
        CHECK(cli::list_of(answer, member).Empty());
    }
    for (const auto* other : {"[]", "null", "7"}) {
        CAPTURE(other);
        CHECK_FALSE(cli::is_true(parsed(other), "yes"));
        CHECK(cli::list_of(parsed(other), "list").Empty());
        CHECK(cli::number(parsed(other), "number") == 0);
    }
}
