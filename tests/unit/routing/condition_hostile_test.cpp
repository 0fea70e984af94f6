#include <webhookd/routing/condition.hpp>

#include "support/conditions.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::routing;
using namespace webhookd::test;

using enum test_kind;

namespace {

std::string repeated(std::string_view part, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += part;
    return out;
}

std::string reason(const condition_tree& tree) {
    const auto compiled = condition::compile(tree);
    return compiled ? "compiles" : to_string(compiled.error());
}

condition_tree nested(std::size_t levels) {
    auto tree = equals("/a", 1);
    for (std::size_t i = 1; i < levels; ++i)
        tree = negation_of(std::move(tree));
    return tree;
}

} // namespace

TEST_CASE("a tree that cannot be asked is refused", "[routing]") {
    const std::pair<condition_tree, const char*> rows[] = {
        {equals("a", 1), "argument-invalid: a JSON pointer begins with `/`: /payload/object/state"},
        {equals("/a~2", 1),
         "argument-invalid: in a JSON pointer `~` is written `~0` and `/` is written `~1`"},
        {equals(repeated("/a", 65), 1), "argument-invalid: a JSON pointer of more than 64 steps"},
        {at("/a", {}), "argument-invalid: a pointer without a test"},
        {at("/a", {passes(one_of)}), "argument-invalid: a test without an operand"},
        {at("/a", {passes(exists, 1)}), "argument-invalid: `exists` takes no operand"},
        {at("/a", {passes(more, "1")}), "argument-invalid: only numbers are more or less than others"},
        {at("/a", {passes(at_most, true)}), "argument-invalid: only numbers are more or less than others"},
        {at("/a", {passes(less, 1, 2)}), "argument-invalid: a test with more than one operand"},
        {at("/a", {passes(matches, 1)}), "argument-invalid: a regular expression is a text"},
        {at("/a", {passes(matches, "(b")}), "argument-invalid: missing ): (b"},
        {at("/a", {passes(matches, "(?=a)")}), "argument-invalid: invalid perl operator: (?="},
        {at("/a", {passes(matches, "(a)\\1")}), "argument-invalid: invalid escape sequence: \\1"},
        {at("/a", {passes(matches, "\xff")}), "argument-invalid: invalid UTF-8"},
        {at("/a", {passes(matches, "a{1001}")}), "argument-invalid: invalid repetition size: {1001}"},
        {at("/a", {passes(matches, "((a{100}){10}){10}")}),
         "argument-invalid: invalid repetition size: {10}"},
        {at("/a", {passes(matches, repeated("a", 4097))}), "argument-invalid: longer than 4096 bytes"},
        {at("/a", {passes(matches, "(\\pL\\pN){99}")}),
         "argument-invalid: pattern too large - compile failed"},
        {at("/a", {passes(matches, "(abcde){900}")}),
         "argument-invalid: too complicated; repetitions such as {1000} make it large"},
        {any_of({}), "argument-invalid: a condition that asks nothing"},
        {all_of({all_of({})}), "argument-invalid: a condition that asks nothing"},
        {{.kind = condition_kind::negation}, "argument-invalid: `not` negates one thing"},
        {nested(32), "compiles"},
        {nested(33), "argument-invalid: conditions nest deeper than 32"},
        {at("/a", std::vector(256, passes(exists))), "compiles"},
        {all_of(std::vector(257, equals("/a", 1))), "argument-invalid: more than 256 tests"},
    };
    for (const auto& [tree, wanted] : rows)
        CHECK(reason(tree) == wanted);
}

TEST_CASE("an expression from a secret is not quoted", "[routing]") {
    auto test = passes(matches, "(hush");
    test.operands.front().shown = "${env:EXPRESSION}";
    CHECK(reason(at("/a", {test})) == "argument-invalid: missing )");
    CHECK(check_regular_expression("(hush", false).error().detail == "missing )");
    CHECK(check_regular_expression("(\x1b", true).error().detail == "missing )");
    CHECK(check_regular_expression("^tx_", true));
}

TEST_CASE("expressions that would backtrack for ever elsewhere answer at once", "[routing]") {
    const auto text = repeated("a", 60'000);
    for (const auto* expression : {"^(a+)+$", "^(a|aa)+$", "^(a*)*b", "(a?){500}a{500}$",
                                   "(.*)(.*)(.*)(.*)b$", "^(([a-z])+.)+[A-Z]([a-z])+$"}) {
        CAPTURE(expression);
        const auto compiled = condition::compile(at("/t", {passes(matches, expression)})).value();
        CHECK_FALSE(compiled.holds(body_of(R"({"t":")" + text + "!\"}")));
        CHECK_FALSE(compiled.holds(body_of(R"({"t":""})")));
    }
    // One whose table of states outgrows its memory: it goes on without.
    std::string bits;
    for (unsigned i = 1, x = 1; i < 60'000; ++i) {
        x = x * 1'664'525 + 1'013'904'223;
        bits += (x >> 24) & 1 ? 'x' : 'y';
    }
    const auto blow_up = condition::compile(at("/t", {passes(matches, "x[xy]{300}z")})).value();
    CHECK_FALSE(blow_up.holds(body_of(R"({"t":")" + bits + "\"}")));
    CHECK(blow_up.holds(body_of(R"({"t":")" + bits + "x" + repeated("y", 300) + "z\"}")));
}

TEST_CASE("huge texts are searched for parts, and match no expression", "[routing]") {
    const auto large = repeated("a", 4'000'000);
    const auto body = body_of(R"({"t":")" + large + "b\"}");
    const auto holds_part = [&](const std::string& part) {
        return condition::compile(at("/t", {passes(contains, part)})).value().holds(body);
    };
    // A search that starts over at each byte would take a million million steps.
    CHECK(holds_part(repeated("a", 1'000'000) + "b"));
    CHECK_FALSE(holds_part("b" + repeated("a", 1'000'000)));
    CHECK_FALSE(holds_part(repeated("a", 1'000'000) + "c"));
    const auto expression = condition::compile(at("/t", {passes(matches, "a")})).value();
    CHECK_FALSE(expression.holds(body));
    CHECK(expression.holds(body_of(R"({"t":")" + repeated("a", 65'536) + "\"}")));
    CHECK_FALSE(expression.holds(body_of(R"({"t":")" + repeated("a", 65'537) + "\"}")));
}

TEST_CASE("deep and wide documents are walked once", "[routing]") {
    const auto deep = body_of(R"({"a":)" + repeated("[", 62) + "1" + repeated("]", 62) + "}");
    CHECK(condition::compile(equals("/a" + repeated("/*", 62), 1)).value().holds(deep));
    CHECK_FALSE(condition::compile(equals("/a" + repeated("/*", 63), 1)).value().holds(deep));
    CHECK_FALSE(condition::compile(equals("/a" + repeated("/*", 61), 1)).value().holds(deep));

    std::string rows;
    for (int i = 0; i < 300; ++i)
        rows += (i ? ",[" : "[") + repeated("0,", 299) + "0]";
    const auto wide = body_of("{\"a\":[" + rows + "]}");
    std::vector<scalar> many;
    for (int i = 1; i < 10'000; ++i)
        many.push_back(operand(i));
    const auto listed = condition::compile(at("/a/*/*", {{one_of, many}})).value();
    CHECK_FALSE(listed.holds(wide));
    CHECK_FALSE(condition::compile(equals("/a/*/*/*", 0)).value().holds(wide));
    CHECK(condition::compile(equals("/a/299/299", 0)).value().holds(wide));
    CHECK_FALSE(condition::compile(equals("/a/300/0", 0)).value().holds(wide));
    CHECK_FALSE(condition::compile(equals("/a/-/0", 0)).value().holds(wide));
    CHECK_FALSE(condition::compile(equals("/a/00/0", 0)).value().holds(wide));
    CHECK_FALSE(condition::compile(equals("/a/99999999999999999999/0", 0)).value().holds(wide));
}
