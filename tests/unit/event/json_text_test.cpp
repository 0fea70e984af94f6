#include <webhookd/event/json_text.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using event::object_text;

namespace {

std::string metadata_of(const std::string& object) {
    return event::metadata_text(event::document::parse(R"({"payload":{"object":)" + object + "}}").value());
}

} // namespace

TEST_CASE("the object of an event is told as it came, but for white space", "[event]") {
    CHECK(object_text(
              R"({"payload": {"object": {"n": [1.0, 2.5935725637236944e-23, 1e400, -0], "t": "\u00e9"}}})") ==
          "{\"n\":[1.0,2.5935725637236944e-23,1e400,-0],\"t\":\"\xc3\xa9\"}");
    CHECK(object_text(R"({"payload":{"object":18446744073709551617}})") == "18446744073709551617");
    CHECK(object_text(R"({"payload":{"object":{"payload":{"object":1}},"x":2},"z":3})") ==
          R"({"payload":{"object":1}})");
    CHECK(object_text(R"({"payload":{"object":{"t":"\ud83d"}}})") == "{\"t\":\"\xef\xbf\xbd\"}");
}

TEST_CASE("an event without an object has none to tell", "[event]") {
    for (const auto* body : {"{}", R"({"payload":1})", R"({"payload":{}})", R"({"payload":[{"object":1}]})",
                             R"({"object":1})", R"({"x":{"object":1}})", R"({"payload":{"x":{"object":1}}})",
                             R"({"payload":{"object":1},"payload":{"x":2}})", "{"}) {
        CAPTURE(body);
        CHECK(object_text(body).empty());
    }
}

TEST_CASE("of two objects the last one counts", "[event]") {
    CHECK(object_text(R"({"payload":{"object":[1,2],"object":{"a":2}}})") == R"({"a":2})");
    CHECK(object_text(R"({"payload":{"object":1},"payload":{"object":2},"x":{"object":3}})") == "2");
}

TEST_CASE("however deep an object nests, it is told whole", "[event]") {
    const auto deep = std::string(100'000, '[') + "7" + std::string(100'000, ']');
    CHECK(object_text(R"({"payload":{"object":)" + deep + "}}") == deep);
}

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
