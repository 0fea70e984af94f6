#include <webhookd/routing/routing_table.hpp>

#include "support/conditions.hpp"
#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

using namespace webhookd;
using namespace webhookd::test;
using routing::condition_kind;

using enum routing::test_kind;

namespace {

config::loaded load_when(const std::string& when, const config_world& world = {}) {
    return load_sections(
        "handlers: {a: {type: log}}\nroutes:\n  - name: r\n    match: '*'\n    handlers: a\n" +
            ("    when: " + when) + "\n",
        world);
}

/// What a `when` becomes, or no tree that any test expects.
routing::condition_tree read_when(const std::string& when, const config_world& world = {}) {
    const auto loaded = load_when(when, world);
    INFO(when);
    CHECK(config_lines(loaded).empty());
    if (!loaded.value) return negation_of({});
    // What is loaded compiles.
    CHECK_NOTHROW(config::make_routing_table(loaded.value->reloadable));
    return loaded.value->reloadable.routes.at(0).when;
}

/// The mistakes, without the file's name.
std::vector<std::string> mistakes(const std::string& when) {
    std::vector<std::string> lines;
    for (const auto& line : config_lines(load_when(when)))
        lines.push_back(line.substr(std::string("c.yaml:").size()));
    return lines;
}

constexpr std::int64_t integer(std::int64_t i) {
    return i;
}

} // namespace

TEST_CASE("a pointer is held against a value, a list or operators", "[config]") {
    CHECK(read_when("{/a: x}") == all_of({equals("/a", "x")}));
    CHECK(read_when("{/a: [x, 1, 1.5, true, ~, '1']}") ==
          all_of({equals("/a", "x", integer(1), 1.5, true, nullptr, "1")}));
    CHECK(read_when("{/a: -9223372036854775808, /b: 18446744073709551615}") ==
          all_of({equals("/a", std::numeric_limits<std::int64_t>::min()),
                  equals("/b", std::numeric_limits<std::uint64_t>::max())}));
    CHECK(read_when("{/a: 18446744073709551616}") ==
          all_of({equals("/a", routing::number{"18446744073709551616"})}));
    CHECK(read_when("{/a: {equals: x}}") == all_of({equals("/a", "x")}));
    CHECK(read_when("{/a: {one_of: [x, y]}}") == all_of({equals("/a", "x", "y")}));
    CHECK(read_when("{/a: {exists: true}}") == all_of({at("/a", {passes(exists)})}));
    CHECK(read_when("{/a: {exists: false}}") == all_of({negation_of(at("/a", {passes(exists)}))}));
    CHECK(read_when("{/a: {gt: 1, lte: 2.5}}") ==
          all_of({at("/a", {passes(more, integer(1)), passes(at_most, 2.5)})}));
    CHECK(read_when("{/a: {gte: 1, lt: -2}}") ==
          all_of({at("/a", {passes(at_least, integer(1)), passes(less, integer(-2))})}));
    CHECK(read_when("{/a: {contains: x}, /b: {contains: 5}}") ==
          all_of({at("/a", {passes(contains, "x")}), at("/b", {passes(contains, integer(5))})}));
    CHECK(read_when("{/a/*/b: {matches: '^tx_'}}") == all_of({at("/a/*/b", {passes(matches, "^tx_")})}));
    CHECK(read_when("{/a: {not: x}}") == all_of({negation_of(equals("/a", "x"))}));
    CHECK(read_when("{/a: {not: [x, y]}}") == all_of({negation_of(equals("/a", "x", "y"))}));
    CHECK(read_when("{/a: {gt: 1, not: {gt: 5, not: 7}}}") ==
          all_of({all_of({at("/a", {passes(more, integer(1))}),
                          negation_of(all_of({at("/a", {passes(more, integer(5))}),
                                              negation_of(equals("/a", integer(7)))}))})}));
    CHECK(read_when("{}").empty());
}

TEST_CASE("groups of conditions stand within one another", "[config]") {
    CHECK(read_when("{any: [{/a: 1}, {/b: 2, /c: 3}]}") ==
          all_of({any_of(
              {equals("/a", integer(1)), all_of({equals("/b", integer(2)), equals("/c", integer(3))})})}));
    CHECK(read_when("{all: [{/a: 1}], not: {/a: 2, /b: 3}, /c: 4}") ==
          all_of({all_of({equals("/a", integer(1))}),
                  negation_of(all_of({equals("/a", integer(2)), equals("/b", integer(3))})),
                  equals("/c", integer(4))}));
    CHECK(read_when("{not: {any: [{/a: 1}, {not: {/b: 2}}]}}") ==
          all_of({negation_of(any_of({equals("/a", integer(1)), negation_of(equals("/b", integer(2)))}))}));
    CHECK(read_when("{all: [&x {/a: 1}, *x]}") ==
          all_of({all_of({equals("/a", integer(1)), equals("/a", integer(1))})}));
}

TEST_CASE("references are filled in, and what they stand for is kept from people", "[config]") {
    config_world world;
    world.environment["SECRET"] = "hush";
    world.environment["BAD"] = "(hush";
    const auto tree =
        read_when("{/a: '${env:SECRET}', /b: {matches: '^${env:SECRET}$'}, /c: [1, '${env:SECRET}']}", world);
    CHECK(holds(tree, R"({"a":"hush","b":"hush","c":"hush"})"));
    CHECK_FALSE(holds(tree, R"({"a":"hush","b":"hush!","c":1})"));
    CHECK(describe(tree) == "/a is \"${env:SECRET}\" and /b is something matching \"^${env:SECRET}$\" and "
                            "/c is one of: 1, \"${env:SECRET}\"");
    CHECK(
        config_lines(load_when("{/a: {matches: '${env:BAD}'}}", world)) ==
        std::vector<std::string>{"c.yaml:6:26: routes[0].when[\"/a\"].matches: \"${env:BAD}\" is no regular "
                                 "expression that can be used: missing )"});
}

TEST_CASE("mistakes in conditions are told with their place", "[config]") {
    const std::pair<const char*, std::vector<std::string>> rows[] = {
        {"[]", {"6:11: routes[0].when: must be a map, not a list"}},
        {"~", {"6:11: routes[0].when: must be a map, not nothing; leave the key out or write {}"}},
        {"{payload: 1}",
         {"6:12: routes[0].when.payload: is not a JSON pointer; write it like /payload/object/state"}},
        {"{al: [], nto: {}}",
         {"6:12: routes[0].when.al: is not a JSON pointer; write it like /payload/object/state; did you mean "
          "\"all\"?",
          "6:16: routes[0].when.al: is an empty list, which nothing is in",
          "6:20: routes[0].when.nto: is not a JSON pointer; write it like /payload/object/state; did you "
          "mean "
          "\"not\"?",
          "6:25: routes[0].when.nto: is empty; it needs at least one operator, such as { equals: open }"}},
        {"{equals: 1}",
         {"6:12: routes[0].when.equals: is an operator; it belongs under a JSON pointer, as in "
          "/payload/object/state: { equals: ... }"}},
        {"{/a: 1, /a: 2}",
         {"6:19: routes[0].when[\"/a\"]: stands here a second time; the first is in line 6"}},
        {"{not: {/a: 1, /a: 2}}",
         {"6:25: routes[0].when.not[\"/a\"]: stands here a second time; the first is in line 6"}},
        {"{/a: {equal: 1}}",
         {"6:17: routes[0].when[\"/a\"].equal: is no key here; did you mean \"equals\"?"}},
        {"{/a: {foo: 1}}",
         {"6:17: routes[0].when[\"/a\"].foo: is no key here; there are equals, one_of, exists, not, gt, gte, "
          "lt, lte, contains, matches"}},
        {"{/a: {gt: '5', gte: x, lt: [1], lte: true}}",
         {"6:21: routes[0].when[\"/a\"].gt: must be a number, not text",
          "6:31: routes[0].when[\"/a\"].gte: must be a number, not text",
          "6:38: routes[0].when[\"/a\"].lt: must be a number, not a list",
          "6:48: routes[0].when[\"/a\"].lte: must be a number, not a truth value"}},
        {"{/a: {matches: '(b'}}",
         {"6:26: routes[0].when[\"/a\"].matches: \"(b\" is no regular expression that can be used: missing "
          "): "
          "(b"}},
        {"{/a: {matches: 5, contains: ''}}",
         {"6:26: routes[0].when[\"/a\"].matches: must be text, not a number; put it in quotes if it is meant",
          "6:39: routes[0].when[\"/a\"].contains: must not be empty: every text contains nothing"}},
        {"{/a: {matches: ''}}", {"6:26: routes[0].when[\"/a\"].matches: must not be empty"}},
        {"{/a: {contains: [x]}}",
         {"6:27: routes[0].when[\"/a\"].contains: must be a text, a number, true, false or null, not a "
          "list"}},
        {"{/a: {one_of: x, equals: [x]}}",
         {"6:25: routes[0].when[\"/a\"].one_of: must be a list of values, not text; one value belongs under "
          "`equals`",
          "6:36: routes[0].when[\"/a\"].equals: must be one value, not a list; several belong under "
          "`one_of`"}},
        {"{/a: {one_of: []}, /b: [], /c: {not: []}}",
         {"6:25: routes[0].when[\"/a\"].one_of: is an empty list, which nothing is in",
          "6:34: routes[0].when[\"/b\"]: is an empty list, which nothing is in",
          "6:48: routes[0].when[\"/c\"].not: is an empty list, which nothing is in"}},
        {"{/a: [[1], {b: 1}]}",
         {"6:17: routes[0].when[\"/a\"][0]: must be a text, a number, true, false or null, not a list",
          "6:22: routes[0].when[\"/a\"][1]: must be a text, a number, true, false or null, not a map"}},
        {"{/a: {exists: maybe}}", {"6:25: routes[0].when[\"/a\"].exists: must be true or false, not text"}},
        {"{/a: {exists: false, gt: 1}}",
         {"6:25: routes[0].when[\"/a\"].exists: is false beside operators that only a value can pass: this "
          "never holds"}},
        {"{all: {/a: 1}, any: [], not: [{/a: 1}]}",
         {"6:17: routes[0].when.all: must be a list of maps, not a map; write it like "
          "[{ /payload/object/state: open }, ...]",
          "6:31: routes[0].when.any: is empty; it needs at least one condition",
          "6:40: routes[0].when.not: must be a map of conditions, not a list; write it like "
          "{ /payload/object/state: open }"}},
        {"{all: [{}, x]}",
         {"6:18: routes[0].when.all[0]: is empty; it needs at least one condition",
          "6:22: routes[0].when.all[1]: must be a map of conditions, not text; write it like "
          "{ /payload/object/state: open }"}},
        {"{/a: '${env:NOWHERE}'}",
         {"6:16: routes[0].when[\"/a\"]: \"${env:NOWHERE}\" is not set in the environment"}},
        {"{any: [{/payload/object/stalled_reason: {not: signature_refused}}]}",
         {"6:57: routes[0].when.any[0][\"/payload/object/stalled_reason\"].not: warning: "
          "\"signature_refused\" "
          "is not a documented reason; did you mean \"signature_refusal\"?"}},
    };
    for (const auto& [when, wanted] : rows) {
        INFO(when);
        CHECK(mistakes(when) == wanted);
    }
}

TEST_CASE("conditions are bounded in number and depth, aliases included", "[config]") {
    const auto deep = [](int levels) {
        std::string when = "{/a: 1}";
        for (int i = 0; i < levels; ++i)
            when = "{not: " + when + '}';
        return when;
    };
    CHECK(mistakes(deep(10)).empty());
    const auto too_deep = mistakes(deep(40));
    REQUIRE(too_deep.size() == 1);
    CHECK(too_deep[0].ends_with("nests too deep; no event needs that"));

    std::string many = "{";
    for (int i = 0; i < 256; ++i)
        many += fmt::format("/a{}: 1, ", i);
    CHECK(mistakes(many + "}").empty());
    CHECK(mistakes(many + "/b: 1, /c: 1}") ==
          std::vector<std::string>{
              fmt::format("6:{}: routes[0].when[\"/b\"]: is one condition too many, aliases "
                          "included; a route has up to 256",
                          11 + many.size() + 4)});

    // Ten times ten times ten... of one small map.
    std::string bomb = "x-m: [&m0 {/a: 1}";
    for (int i = 1; i < 12; ++i) {
        bomb += fmt::format(", &m{} {{all: [", i);
        for (int k = 0; k < 10; ++k)
            bomb += fmt::format("*m{},", i - 1);
        bomb += "]}";
    }
    const auto loaded = load_sections(bomb + "]\nhandlers: {a: {type: log}}\n"
                                             "routes: [{name: r, match: '*', handlers: a, when: *m11}]\n");
    CHECK_FALSE(loaded.value);
    CHECK(loaded.diagnostics.size() == 1);
}
