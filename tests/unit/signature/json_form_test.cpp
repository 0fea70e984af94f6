#include "signature/json_form.hpp"

#include <catch2/catch.hpp>

using namespace webhookd::signature;

namespace {

const std::string source =
    "{ \"a\" : [1, 2.50, {}, [], {\"b\":null}],\n\"\\u00e9/\\ud83d\\ude00\":\"x\\/\\n\\u0001\",\"t\":true}";

} // namespace

TEST_CASE("JSON is written again in each style, with its members in their order", "[signature]") {
    const std::string compact =
        "{\"a\":[1,2.50,{},[],{\"b\":null}],\"\xc3\xa9/\xf0\x9f\x98\x80\":\"x/\\n\\u0001\",\"t\":true}";
    CHECK(write_json(source, {.indent = "", .colon = ":", .comma = ","}) == compact);
    CHECK(write_json(R"({"a":[1,{"b":2}],"c":{},"d":[]})", {.indent = "  ", .colon = ": ", .comma = ","}) ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
    CHECK(write_json(R"({"a":[1,2],"b":{"c":3}})", {.indent = "", .colon = ": ", .comma = ", "}) ==
          R"({"a": [1, 2], "b": {"c": 3}})");
    CHECK(write_json(R"({"a":[1,{"b":2},[3]],"c":{},"d":[]})",
                     {.indent = "  ", .colon = " : ", .comma = ",", .inline_arrays = true}) ==
          "{\n  \"a\" : [ 1, {\n    \"b\" : 2\n  }, [ 3 ] ],\n  \"c\" : { },\n  \"d\" : [ ]\n}");
}

TEST_CASE("characters are escaped as PHP and Python do", "[signature]") {
    CHECK(
        write_json("[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80/\"]",
                   {.indent = "", .colon = ":", .comma = ",", .ascii_only = true, .escape_slashes = true}) ==
        "[\"\\u00e9\\u20ac\\ud83d\\ude00\\/\"]");
}

TEST_CASE("numbers keep their characters unless JavaScript's are asked for", "[signature]") {
    const std::string numbers = "[1700000000.0,1.50,-0,1E2,0.000001,12345678901234567890,1700000000.123]";
    CHECK(write_json(numbers, {.indent = "", .colon = ":", .comma = ","}) == numbers);
    CHECK(write_json(numbers, {.indent = "", .colon = ":", .comma = ",", .javascript_numbers = true}) ==
          "[1700000000,1.5,0,100,0.000001,12345678901234567890,1700000000.123]");
}

TEST_CASE("what is not JSON, or is nested without end, has no other spelling", "[signature]") {
    const json_style style{.indent = "", .colon = ":", .comma = ","};
    for (const std::string& text :
         {std::string{}, std::string{"{"}, std::string{"{} x"}, std::string("{}\0x", 4),
          std::string{"[\"\xff\"]"}, std::string(65, '[') + std::string(65, ']'),
          std::string(1'000'000, '[')}) {
        CHECK_FALSE(write_json(text, style));
    }
    CHECK(write_json(std::string(64, '[') + std::string(64, ']'), style));
}
