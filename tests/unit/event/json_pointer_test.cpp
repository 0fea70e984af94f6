#include <webhookd/event/document.hpp>
#include <webhookd/event/json_pointer.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::event;

TEST_CASE("a JSON pointer is a list of unescaped names", "[event]") {
    using steps = std::vector<std::string>;
    CHECK(json_pointer::parse("")->steps().empty());
    CHECK(json_pointer::parse("/")->steps() == steps{""});
    CHECK(json_pointer::parse("/payload/object/state")->steps() == steps{"payload", "object", "state"});
    CHECK(json_pointer::parse("/a~1b/c~0d/~01")->steps() == steps{"a/b", "c~d", "~1"});
    CHECK(json_pointer::parse("/a//b/")->steps() == steps{"a", "", "b", ""});
    CHECK(json_pointer::parse("/a~1b")->text() == "/a~1b");
}

TEST_CASE("what is no JSON pointer is refused with the way out", "[event]") {
    for (const std::string text : {"payload", "payload/object", "#/payload", "/a~", "/a~2", "/~~0"}) {
        CAPTURE(text);
        const auto pointer = json_pointer::parse(text);
        REQUIRE(pointer.has_error());
        CHECK(pointer.error().code == errc::argument_invalid);
        CHECK_FALSE(pointer.error().detail.empty());
    }
    std::string deep;
    for (int i = 0; i < 64; ++i)
        deep += "/a";
    CHECK(json_pointer::parse(deep));
    CHECK(json_pointer::parse(deep + "/a").error().code == errc::argument_invalid);
}

TEST_CASE("a document finds what a pointer names", "[event]") {
    // The document of RFC 6901 §5, and what the section says each pointer names.
    const auto body =
        document::parse(R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
                                         "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8})");
    REQUIRE(body);
    const auto find = [&](const std::string& text) { return body->find(json_pointer::parse(text).value()); };
    CHECK(find("") == &body->root());
    CHECK(find("/foo")->Size() == 2);
    CHECK(find("/foo/0")->GetString() == std::string("bar"));
    int expected = 0;
    for (const auto* text : {"/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n"})
        CHECK(find(text)->GetInt() == expected++);

    for (const auto* text : {"/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/-1", "/foo/bar",
                             "/foo/0/x", "/foo/4294967296", "/foo/ 1", "/foo/+1", "//", "/a~1b/c"}) {
        CAPTURE(text);
        CHECK_FALSE(find(text));
    }
}
