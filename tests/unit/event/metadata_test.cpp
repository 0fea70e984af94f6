#include <webhookd/event/metadata.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;

namespace {

std::string metadata_of(const std::string& object) {
    return event::metadata_text(event::document::parse(R"({"payload":{"object":)" + object + "}}").value());
}

} // namespace

TEST_CASE("metadata is kept as compact JSON", "[event]") {
    CHECK(metadata_of(R"({"metadata": {"order": "A-17", "é": [1, null]}})") ==
          R"({"order":"A-17","é":[1,null]})");
}

TEST_CASE("there is no metadata where there is none that could be searched", "[event]") {
    for (const auto* object :
         {"{}", "[]", R"({"metadata":{}})", R"({"metadata":"text"})", R"({"metadata":[1]})"})
        CHECK(metadata_of(object).empty());
    CHECK(metadata_of(R"({"metadata":{"a":")" + std::string(event::max_metadata, 'x') + R"("}})").empty());
    CHECK(event::metadata_text(event::document::parse("{}").value()).empty());
}
