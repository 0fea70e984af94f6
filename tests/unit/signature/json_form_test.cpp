#include "signature/likely_mistakes.hpp"

#include <catch2/catch.hpp>

using namespace webhookd::signature;

namespace {

const std::string source =
    "{ \"a\" : [1, 2.50, {}, [], {\"b\":null}],\n\"\\u00e9/\\ud83d\\ude00\":\"x\\/\\n\\u0001\",\"t\":true}";

std::optional<std::string> rewritten(std::string_view text, const json_style& style) {
    const auto read = read_json(text);
    if (!read) return std::nullopt;
    return write_json(*read, style);
}

} // namespace

TEST_CASE("JSON is written again in each style, with its members in their order", "[signature]") {
    const std::string compact =
        "{\"a\":[1,2.50,{},[],{\"b\":null}],\"\xc3\xa9/\xf0\x9f\x98\x80\":\"x/\\n\\u0001\",\"t\":true}";
    CHECK(rewritten(source, {.indent = "", .colon = ":", .comma = ","}) == compact);
    CHECK(rewritten(R"({"a":[1,{"b":2}],"c":{},"d":[]})", {.indent = "  ", .colon = ": ", .comma = ","}) ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
    CHECK(rewritten(R"({"a":[1,2],"b":{"c":3}})", {.indent = "", .colon = ": ", .comma = ", "}) ==
          R"({"a": [1, 2], "b": {"c": 3}})");
    CHECK(rewritten(R"({"a":[1,{"b":2},[3]],"c":{},"d":[]})",
                    {.indent = "  ", .colon = " : ", .comma = ",", .inline_arrays = true}) ==
          "{\n  \"a\" : [ 1, {\n    \"b\" : 2\n  }, [ 3 ] ],\n  \"c\" : { },\n  \"d\" : [ ]\n}");
}

TEST_CASE("characters are escaped as PHP and Python do", "[signature]") {
    CHECK(rewritten("[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80/\"]",
                    {.indent = "", .colon = ":", .comma = ",", .ascii_only = true, .escape_slashes = true}) ==
          "[\"\\u00e9\\u20ac\\ud83d\\ude00\\/\"]");
}

TEST_CASE("characters are escaped as Go and .NET do", "[signature]") {
    CHECK(rewritten(R"(["a<b>&c+"])", {.indent = "", .colon = ":", .comma = ",", .escaped = "<>&"}) ==
          R"(["a\u003cb\u003e\u0026c+"])");
    CHECK(rewritten("[\"\\\"\xc3\xa9+/\"]", {.indent = "",
                                             .colon = ":",
                                             .comma = ",",
                                             .ascii_only = true,
                                             .escaped = "\"&'+<>`",
                                             .uppercase_hex = true}) == R"(["\u0022\u00E9\u002B/"])");
}

TEST_CASE("members are sorted by name where a style sorts them", "[signature]") {
    CHECK(rewritten(R"({"b":{"z":1,"a":[{"y":2,"x":3}]},"a":"}","B":0})",
                    {.indent = "", .colon = ":", .comma = ",", .sorted = true}) ==
          R"({"B":0,"a":"}","b":{"a":[{"x":3,"y":2}],"z":1}})");
}

TEST_CASE("numbers keep their characters unless JavaScript's are asked for", "[signature]") {
    const std::string numbers = "[1700000000.0,1.50,-0,1E2,0.000001,12345678901234567890,1700000000.123]";
    CHECK(rewritten(numbers, {.indent = "", .colon = ":", .comma = ","}) == numbers);
    CHECK(rewritten(numbers, {.indent = "", .colon = ":", .comma = ",", .javascript_numbers = true}) ==
          "[1700000000,1.5,0,100,0.000001,12345678901234567890,1700000000.123]");

    const std::string extreme = "[1e400,-1e400,1e-400,1E+2000]";
    CHECK(rewritten(extreme, {.indent = "", .colon = ":", .comma = ","}) == extreme);
    CHECK(rewritten(extreme, {.indent = "", .colon = ":", .comma = ",", .javascript_numbers = true}) ==
          "[null,null,0,null]");
}

TEST_CASE("what is not JSON, or is nested without end, has no other spelling", "[signature]") {
    const json_style style{.indent = "", .colon = ":", .comma = ","};
    for (const std::string& text :
         {std::string{}, std::string{"{"}, std::string{"{} x"}, std::string("{}\0x", 4),
          std::string{"[\"\xff\"]"}, std::string(65, '[') + std::string(65, ']'),
          std::string(1'000'000, '[')}) {
        CHECK_FALSE(rewritten(text, style));
    }
    CHECK(rewritten(std::string(64, '[') + std::string(64, ']'), style));
}
