#include <webhookd/event/number.hpp>
#include <webhookd/routing/condition.hpp>
#include <webhookd/text/printable.hpp>

#include "routing/compiled_condition.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <string_view>
#include <type_traits>

namespace webhookd::routing {

namespace {

constexpr std::size_t longest_text = 80;
constexpr std::size_t most_operands = 20;

/// The digits of a number, cut when there are many.
std::string digits_text(std::string_view digits) {
    if (digits.size() <= longest_text) return std::string(digits);
    return std::string(digits.substr(0, longest_text)) + "...";
}

std::string scalar_text(const scalar& operand) {
    if (!operand.shown.empty()) return text::in_quotes(operand.shown);
    return std::visit(
        [](const auto& v) -> std::string {
            using type = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<type, std::nullptr_t>)
                return "null";
            else if constexpr (std::is_same_v<type, bool>)
                return v ? "true" : "false";
            else if constexpr (std::is_same_v<type, std::string>)
                return text::in_quotes(v);
            else
                return digits_text(v.text);
        },
        operand.value);
}

std::string operands_text(const std::vector<scalar>& operands) {
    std::string out;
    for (std::size_t i = 0; i < std::min(operands.size(), most_operands); ++i)
        out += (i > 0 ? ", " : "") + scalar_text(operands[i]);
    const auto left_out = operands.size() - std::min(operands.size(), most_operands);
    return left_out > 0 ? out + " and " + std::to_string(left_out) + " more" : out;
}

std::string wanted_text(const value_test& test) {
    const auto operands = operands_text(test.operands);
    switch (test.kind) {
    case test_kind::one_of:
        return test.operands.size() == 1 ? operands : "one of: " + operands;
    case test_kind::exists:
        return "present";
    case test_kind::more:
        return "more than " + operands;
    case test_kind::at_least:
        return "at least " + operands;
    case test_kind::less:
        return "less than " + operands;
    case test_kind::at_most:
        return "at most " + operands;
    case test_kind::contains:
        return "something containing " + operands;
    case test_kind::matches:
        return "something matching " + operands;
    }
    return {};
}

std::string describe(const condition_tree& tree, bool nested) {
    using kind = condition_kind;
    if (tree.kind == kind::value) return tree.pointer + " is " + wanted_text(tree.tests, false);
    if (tree.kind == kind::negation && !tree.children.empty()) {
        const auto& child = tree.children.front();
        if (child.kind == kind::value) return child.pointer + " is " + wanted_text(child.tests, true);
        return "not (" + describe(child, false) + ')';
    }
    std::string out;
    for (const auto& child : tree.children) {
        if (!out.empty()) out += tree.kind == kind::any ? " or " : " and ";
        out += describe(child, tree.children.size() > 1);
    }
    return nested && tree.children.size() > 1 ? '(' + out + ')' : out;
}

} // namespace

std::string value_text(const event::json_value& value) {
    if (value.IsString()) return text::in_quotes({value.GetString(), value.GetStringLength()});
    if (value.IsObject()) return "an object";
    if (value.IsArray()) return "a list of " + std::to_string(value.Size());
    if (value.IsBool()) return value.GetBool() ? "true" : "false";
    if (value.IsNumber()) return digits_text(event::number_text(value).view());
    return "null";
}

std::string wanted_text(const std::vector<value_test>& tests, bool negated) {
    if (negated && tests.size() == 1 && tests.front().kind == test_kind::exists) return "missing";
    std::string out;
    for (const auto& test : tests)
        out += (out.empty() ? "" : " and ") + wanted_text(test);
    if (!negated) return out;
    return tests.size() > 1 ? "not (" + out + ')' : "not " + out;
}

std::string describe(const condition_tree& tree) {
    return describe(tree, false);
}

} // namespace webhookd::routing
