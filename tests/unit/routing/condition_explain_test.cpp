#include <webhookd/routing/condition.hpp>

#include "support/conditions.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::routing;
using namespace webhookd::test;

using enum test_kind;

namespace {

std::string explained(const condition_tree& tree, std::string_view json) {
    const auto compiled = condition::compile(tree).value();
    const auto body = body_of(json);
    const auto e = compiled.explain(body);
    CHECK(e.holds == compiled.holds(body));
    return (e.holds ? "yes: " : "no: ") + e.why;
}

} // namespace

TEST_CASE("an explanation judges by one body and quotes from the other", "[routing]") {
    const auto body = body_of(R"({"a":["x","y"],"n":5})"), shown = body_of(R"({"a":["x","***"],"n":5})");
    const auto explained_by = [&](const condition_tree& tree) {
        const auto e = condition::compile(tree).value().explain(body, shown);
        return (e.holds ? "yes: " : "no: ") + e.why;
    };
    CHECK(explained_by(equals("/a/*", "y")) == R"(yes: /a/* is "***")");
    CHECK(explained_by(equals("/a/*", "z")) == R"(no: /a/* is "x", "***", wanted "z")");
    CHECK(explained_by(equals("/n", 5)) == "yes: /n is 5");
}

TEST_CASE("an explanation names the part that decided", "[routing]") {
    const char* body =
        R"({"s":"open","n":5,"l":[1,2],"o":{},"t":true,"z":null,"d":0.5,"p":[{"s":"a"},{"s":"b"}]})";
    const std::pair<condition_tree, const char*> rows[] = {
        {equals("/s", "open"), R"(yes: /s is "open")"},
        {equals("/s", "closed"), R"(no: /s is "open", wanted "closed")"},
        {equals("/s", "closed", 1, nullptr), R"(no: /s is "open", wanted one of: "closed", 1, null)"},
        {equals("/x", true), "no: /x is missing, wanted true"},
        {equals("/l", 1), "no: /l is a list of 2, wanted 1"},
        {equals("/o", 1), "no: /o is an object, wanted 1"},
        {equals("/t", 1.5), "no: /t is true, wanted 1.5"},
        {equals("/z", 1), "no: /z is null, wanted 1"},
        {equals("/d", 1), "no: /d is 0.5, wanted 1"},
        {negation_of(equals("/s", "open")), R"(no: /s is "open", wanted not "open")"},
        {negation_of(equals("/s", "a", "open")), R"(no: /s is "open", wanted not one of: "a", "open")"},
        {negation_of(equals("/s", "closed")), R"(yes: /s is "open")"},
        {at("/n", {passes(more, 3), passes(less, 5)}), "no: /n is 5, wanted less than 5"},
        {at("/n", {passes(at_least, 6)}), "no: /n is 5, wanted at least 6"},
        {at("/n", {passes(at_most, 4)}), "no: /n is 5, wanted at most 4"},
        {at("/n", {passes(more, 3), passes(less, 6)}), "yes: /n is 5"},
        {negation_of(at("/n", {passes(more, 3), passes(less, 6)})),
         "no: /n is 5, wanted not (more than 3 and less than 6)"},
        {at("/x", {passes(more, 3), passes(less, 6)}),
         "no: /x is missing, wanted more than 3 and less than 6"},
        {at("/x", {passes(exists)}), "no: /x is missing, wanted present"},
        {negation_of(at("/n", {passes(exists)})), "no: /n is 5, wanted missing"},
        {at("/s", {passes(contains, "x")}), R"(no: /s is "open", wanted something containing "x")"},
        {at("/s", {passes(matches, "^x")}), R"(no: /s is "open", wanted something matching "^x")"},
        {equals("/p/*/s", "c"), R"(no: /p/*/s is "a", "b", wanted "c")"},
        {equals("/p/*/s", "b"), R"(yes: /p/*/s is "b")"},
        {all_of({equals("/s", "open"), equals("/n", 4), equals("/t", 1)}), "no: /n is 5, wanted 4"},
        {all_of({equals("/s", "open"), equals("/n", 5)}), R"(yes: /s is "open"; /n is 5)"},
        {any_of({equals("/s", "x"), equals("/n", 4)}), R"(no: /s is "open", wanted "x"; /n is 5, wanted 4)"},
        {any_of({equals("/s", "x"), equals("/n", 5)}), "yes: /n is 5"},
        {negation_of(any_of({equals("/s", "x"), equals("/n", 5)})), "no: /n is 5, wanted not 5"},
        {negation_of(all_of({equals("/s", "open"), equals("/n", 4)})), "yes: /n is 5"},
        {negation_of(negation_of(equals("/n", 4))), "no: /n is 5, wanted 4"},
        {all_of({}), "yes: "},
    };
    for (const auto& [tree, wanted] : rows)
        CHECK(explained(tree, body) == wanted);
}

TEST_CASE("what is shown is short and fit for a terminal", "[routing]") {
    CHECK(explained(equals("/a", 1), R"({"a":"\u001b[2J\u007f\n\u009b é"})") ==
          "no: /a is \"?[2J??? é\", wanted 1");
    CHECK(explained(equals("/a", 1), R"({"a":")" + std::string(79, 'x') + "éé\"}") ==
          "no: /a is \"" + std::string(79, 'x') + "é...\", wanted 1");
    CHECK(explained(equals("/a/*", 9), R"({"a":[1,2,3,4,5,6,7]})") ==
          "no: /a/* is 1, 2, 3, 4, 5 and 2 more, wanted 9");
    CHECK(explained(equals("/a/*", 9), R"({"a":[]})") == "no: /a/* is missing, wanted 9");
    std::vector<scalar> many;
    for (int i = 1; i <= 22; ++i)
        many.push_back(operand(i));
    CHECK(
        explained(at("/a", {{one_of, many}}), R"({"a":0})")
            .ends_with("wanted one of: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 "
                       "and 2 more"));
}

TEST_CASE("a secret operand is shown as it is written", "[routing]") {
    auto tree = equals("/a", "hush");
    tree.tests[0].operands[0].shown = "${env:SECRET}";
    CHECK(explained(tree, R"({"a":"x"})") == R"(no: /a is "x", wanted "${env:SECRET}")");
    CHECK(describe(tree) == R"(/a is "${env:SECRET}")");
    CHECK(holds(tree, R"({"a":"hush"})"));
}

TEST_CASE("a condition is described by what it asks", "[routing]") {
    const auto a = equals("/a", 1), b = at("/b", {passes(exists)});
    const std::pair<condition_tree, const char*> rows[] = {
        {a, "/a is 1"},
        {b, "/b is present"},
        {negation_of(a), "/a is not 1"},
        {negation_of(b), "/b is missing"},
        {all_of({a, b}), "/a is 1 and /b is present"},
        {any_of({a, negation_of(b)}), "/a is 1 or /b is missing"},
        {all_of({any_of({a, b}), a}), "(/a is 1 or /b is present) and /a is 1"},
        {all_of({any_of({a, b})}), "/a is 1 or /b is present"},
        {negation_of(any_of({a, b})), "not (/a is 1 or /b is present)"},
        {all_of({}), ""},
    };
    for (const auto& [tree, wanted] : rows)
        CHECK(describe(tree) == wanted);
}
