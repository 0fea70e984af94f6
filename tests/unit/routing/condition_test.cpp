#include <webhookd/routing/condition.hpp>

#include "support/conditions.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

using namespace webhookd;
using namespace webhookd::routing;
using namespace webhookd::test;

using enum test_kind;
using namespace std::string_literals;

TEST_CASE("values equal what has their type and their value", "[routing]") {
    const std::pair<condition_tree, std::vector<const char*>> rows[] = {
        {equals("/a", "x"), {R"({"a":"x"})", R"({"a":"y","a":"x"})", R"({"a":"\u0078"})"}},
        {equals("/a", 1), {R"({"a":1})", R"({"a":1.0})", R"({"a":1e0})", R"({"a":10e-1})"}},
        {equals("/a", 1.0), {R"({"a":1})", R"({"a":1.0})"}},
        {equals("/a", 0), {R"({"a":0})", R"({"a":-0})", R"({"a":-0.0})"}},
        {equals("/a", true), {R"({"a":true})"}},
        {equals("/a", false), {R"({"a":false})"}},
        {equals("/a", nullptr), {R"({"a":null})"}},
        {equals("/a", ""), {R"({"a":""})"}},
        {equals("/a", "1"), {R"({"a":"1"})"}},
    };
    for (const auto& [tree, bodies] : rows)
        for (const auto* body : bodies) {
            CAPTURE(describe(tree), body);
            CHECK(holds(tree, body));
        }
    // And nothing else, whatever it is.
    for (const auto& [tree, bodies] : rows)
        for (const auto* body :
             {R"({"a":"1x"})", R"({"a":"X"})", R"({"a":2})", R"({"a":0.1})", R"({"a":[1]})", R"({"a":[]})",
              R"({"a":{}})", R"({"a":{"a":1}})", R"({"a":["x",true,null]})", R"({"b":1})", R"({})"}) {
            CAPTURE(describe(tree), body);
            CHECK_FALSE(holds(tree, body));
        }
}

TEST_CASE("a list accepts each of its values, of whatever types", "[routing]") {
    const auto tree = equals("/a", "open", 5, nullptr, "closed", true, 2.5);
    for (const auto* body : {R"({"a":"open"})", R"({"a":"closed"})", R"({"a":5})", R"({"a":2.5})",
                             R"({"a":null})", R"({"a":true})"})
        CHECK(holds(tree, body));
    for (const auto* body : {R"({"a":"OPEN"})", R"({"a":false})", R"({"a":2})", R"({"a":"5"})", R"({})"})
        CHECK_FALSE(holds(tree, body));
}

TEST_CASE("numbers are compared exactly, by value", "[routing]") {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const std::int64_t large = 9'007'199'254'740'993; // 2^53 + 1, which no double holds
    CHECK(holds(equals("/a", large), R"({"a":9007199254740993})"));
    CHECK_FALSE(holds(equals("/a", large), R"({"a":9007199254740992})"));
    CHECK_FALSE(holds(equals("/a", large), R"({"a":9007199254740992.0})"));
    CHECK(holds(equals("/a", most), R"({"a":18446744073709551615})"));
    CHECK_FALSE(holds(equals("/a", most), R"({"a":18446744073709551616})"));
    CHECK_FALSE(holds(equals("/a", most), R"({"a":-1})"));

    const auto is = [](test_kind kind, auto operand, const char* value) {
        return holds(at("/a", {passes(kind, operand)}), std::string(R"({"a":)") + value + '}');
    };
    CHECK(is(more, 5, "6"));
    CHECK(is(more, 5, "5.000001"));
    CHECK_FALSE(is(more, 5, "5"));
    CHECK_FALSE(is(more, 5, "5.0"));
    CHECK(is(at_least, 5, "5.0"));
    CHECK_FALSE(is(at_least, 5, "4.9"));
    CHECK(is(less, -1.5, "-2"));
    CHECK_FALSE(is(less, -1.5, "-1.5"));
    CHECK(is(at_most, -1.5, "-1.5"));
    CHECK(is(more, large - 1, "9007199254740993"));
    CHECK(is(less, most, "-9223372036854775808"));
    CHECK(is(more, std::int64_t{-1}, "18446744073709551615"));
    CHECK(is(less, 1e308, "1e307"));
    CHECK(is(more, 0, "5e-324"));
    for (const auto* other : {"\"6\"", "true", "null", "[6]", "{}", "\"\""})
        for (const auto kind : {more, at_least, less, at_most}) {
            CAPTURE(other);
            CHECK_FALSE(is(kind, 5, other));
        }
}

TEST_CASE("a number of any size equals itself and none of its neighbours", "[routing]") {
    const auto test = [](const char* operand, const char* value) {
        return holds(equals("/a", number{operand}), std::string(R"({"a":)") + value + '}');
    };
    CHECK(test("18446744073709551617", "18446744073709551617"));
    CHECK(test("18446744073709551617", "18446744073709551617.0"));
    CHECK(test("18446744073709551617", "1.8446744073709551617e19"));
    for (const auto* other : {"18446744073709551616", "18446744073709551618", "18446744073709551615",
                              "18446744073709551617.1", "1.8446744073709552e19", "-18446744073709551617"})
        CHECK_FALSE(test("18446744073709551617", other));
    CHECK(test("0.1", "1e-1"));
    CHECK_FALSE(test("0.1", "0.1000000000000000055511151231257827"));
    CHECK(test("1e400", "1e400"));
    CHECK(test("1e400", "10e399"));
    CHECK_FALSE(test("1e400", "1e401"));
    CHECK_FALSE(test("1e400", "\"1e400\""));
    CHECK(holds(at("/a", {passes(more, 5)}), R"({"a":1e400})"));
    CHECK(holds(at("/a", {passes(less, number{"1e400"})}), R"({"a":1e399})"));
    CHECK(holds(equals("/a", number{"1e400"}, 7, number{"0.5"}), R"({"a":5e-1})"));
    const auto why =
        condition::compile(equals("/a", 1)).value().explain(body_of(R"({"a":2.5935725637236944e-23})"));
    CHECK_THAT(why.why, Catch::Contains("/a is 2.5935725637236944e-23, wanted 1"));
}

TEST_CASE("what is missing fails every test, and exists tells", "[routing]") {
    const auto there = at("/a/b", {passes(exists)});
    CHECK(holds(there, R"({"a":{"b":1}})"));
    CHECK(holds(there, R"({"a":{"b":null}})"));
    CHECK(holds(there, R"({"a":{"b":{}}})"));
    for (const auto* body : {R"({})", R"({"a":1})", R"({"a":"b"})", R"({"a":null})", R"({"a":{"c":1}})",
                             R"({"a":["b"]})", R"({"a":[{"b":1}]})"}) {
        CAPTURE(body);
        CHECK_FALSE(holds(there, body));
        CHECK(holds(negation_of(there), body));
        for (const auto& test : {passes(one_of, "x", nullptr), passes(more, 0), passes(at_most, 0),
                                 passes(contains, ""), passes(matches, "")}) {
            CHECK_FALSE(holds(at("/a/b", {test}), body));
            CHECK(holds(negation_of(at("/a/b", {test})), body));
        }
    }
}

TEST_CASE("contains looks into texts and arrays, matches into texts", "[routing]") {
    const auto part = at("/a", {passes(contains, "ell")});
    CHECK(holds(part, R"({"a":"hello"})"));
    CHECK(holds(part, R"({"a":"ell"})"));
    CHECK(holds(part, R"({"a":["x","ell"]})"));
    for (const auto* body : {R"({"a":"hELLo"})", R"({"a":["hello"]})", R"({"a":{"ell":1}})", R"({"a":"el"})",
                             R"({"a":[["ell"]]})"})
        CHECK_FALSE(holds(part, body));
    CHECK(holds(at("/a", {passes(contains, 5)}), R"({"a":[1,5.0]})"));
    CHECK(holds(at("/a", {passes(contains, nullptr)}), R"({"a":[null]})"));
    CHECK_FALSE(holds(at("/a", {passes(contains, 5)}), R"({"a":"15"})"));
    CHECK_FALSE(holds(at("/a", {passes(contains, 5)}), R"({"a":5})"));
    CHECK_FALSE(holds(at("/a", {passes(contains, "x")}), R"({"a":[]})"));

    const auto expression = at("/a", {passes(matches, "^tx_[0-9]+$")});
    CHECK(holds(expression, R"({"a":"tx_12"})"));
    for (const auto* body :
         {R"({"a":"tx_12 "})", R"({"a":"tx_12\n"})", R"({"a":"a tx_1"})", R"({"a":12})", R"({"a":["tx_1"]})"})
        CHECK_FALSE(holds(expression, body));
    CHECK(holds(at("/a", {passes(matches, "b")}), R"({"a":"abc"})"));
    CHECK_FALSE(holds(at("/a", {passes(matches, "B")}), R"({"a":"abc"})"));
    CHECK(holds(at("/a", {passes(matches, "(?i)B")}), R"({"a":"abc"})"));
}

TEST_CASE("texts are compared byte by byte, and matched character by character", "[routing]") {
    const char* composed = R"({"a":"Zo\u00e9 \ud83d\ude00\u0000z"})";
    CHECK(holds(equals("/a", "Zoé 😀"s + '\0' + 'z'), composed));
    CHECK_FALSE(holds(equals("/a", "Zoé 😀"), composed));
    CHECK_FALSE(holds(equals("/a", "Zoe\u0301 😀"s + '\0' + 'z'), composed));
    CHECK(holds(at("/a", {passes(contains, "é 😀")}), composed));
    CHECK(holds(at("/a", {passes(contains, "\0z"s)}), composed));
    CHECK_FALSE(holds(at("/a", {passes(contains, "\0x"s)}), composed));
    CHECK(holds(at("/a", {passes(matches, "^Zo. .\\x00z$")}), composed));
    CHECK(holds(at("/a", {passes(matches, "^\\pLo\\x{e9} ")}), composed));
    CHECK_FALSE(holds(at("/a", {passes(matches, "^Zo.. ")}), composed));
    CHECK(holds(equals("/clé/~1", 1), R"({"cl\u00e9":{"/":1}})"));
}

TEST_CASE("a star is any element of an array, and a member's name elsewhere", "[routing]") {
    const char* body = R"({"p":[{"s":"open","n":[1,2]},{"s":"signed","n":[]},7,{"n":[3]}],
                           "*":{"s":"star"},"e":[],"o":{"x":{"s":"open"}}})";
    CHECK(holds(equals("/p/*/s", "signed"), body));
    CHECK_FALSE(holds(equals("/p/*/s", "closed"), body));
    CHECK(holds(equals("/p/1/s", "signed"), body));
    CHECK_FALSE(holds(equals("/p/0/s", "signed"), body));
    CHECK(holds(equals("/p/*/n/*", 3), body));
    CHECK_FALSE(holds(equals("/p/*/n/*", 4), body));
    CHECK(holds(equals("/p/*", 7), body));
    CHECK(holds(equals("/*/s", "star"), body));
    CHECK_FALSE(holds(equals("/o/*/s", "open"), body));
    CHECK_FALSE(holds(at("/e/*", {passes(exists)}), body));
    CHECK(holds(at("/e", {passes(exists)}), body));
    // A negation: none of them.
    CHECK_FALSE(holds(negation_of(equals("/p/*/s", "open")), body));
    CHECK(holds(negation_of(equals("/p/*/s", "closed")), body));
    // One and the same element passes all tests of a node.
    const auto both = [](double low, double high) {
        return at("/p/*/n/*", {passes(more, low), passes(less, high)});
    };
    CHECK(holds(both(1, 3), body));
    CHECK_FALSE(holds(both(1, 2), body));
    CHECK_FALSE(holds(both(3, 1), body));
}

TEST_CASE("all, any and negation combine", "[routing]") {
    const auto a = equals("/a", 1), b = equals("/b", 1);
    const std::pair<condition_tree, std::array<bool, 4>> rows[] = {
        // a and b: neither, a, b, both
        {all_of({a, b}), {false, false, false, true}},
        {any_of({a, b}), {false, true, true, true}},
        {negation_of(all_of({a, b})), {true, true, true, false}},
        {negation_of(any_of({a, b})), {true, false, false, false}},
        {all_of({a, negation_of(b)}), {false, true, false, false}},
        {negation_of(negation_of(a)), {false, true, false, true}},
        {all_of({}), {true, true, true, true}},
    };
    const char* bodies[] = {R"({})", R"({"a":1})", R"({"b":1})", R"({"a":1,"b":1})"};
    for (const auto& [tree, wanted] : rows)
        for (std::size_t i = 0; i < 4; ++i) {
            CAPTURE(describe(tree), bodies[i]);
            CHECK(holds(tree, bodies[i]) == wanted[i]);
        }
    CHECK(all_of({}).empty());
    CHECK(condition_tree().empty());
    CHECK_FALSE(any_of({}).empty());
}

TEST_CASE("a condition is immutable, and its copies are the same", "[routing]") {
    auto first = condition::compile(at("/a", {passes(matches, "x")})).value();
    const auto copy = first;
    first = condition::compile(equals("/a", 1)).value();
    CHECK(copy.holds(body_of(R"({"a":"x"})")));
    CHECK(first.holds(body_of(R"({"a":1})")));
    CHECK(copy.tree() == at("/a", {passes(matches, "x")}));
}
