#pragma once

#include <webhookd/routing/condition.hpp>

#include "routing/regular_expression.hpp"
#include "routing/scalar_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace webhookd::routing {

/// A `value_test` with its operands prepared.
struct compiled_test {
    test_kind kind = test_kind::exists;
    scalar_set operands{};                          ///< of one_of and contains
    std::optional<std::string> part{};              ///< of contains, when it is a text
    operand_number number{};                        ///< of the comparisons
    std::optional<regular_expression> expression{}; ///< of matches

    [[nodiscard]] bool passes(const event::json_value& value) const;
};

struct compiled_node {
    const condition_tree* source = nullptr; ///< what it was made from
    std::vector<std::string> steps{};       ///< of the pointer
    std::vector<compiled_test> tests{};
    std::vector<compiled_node> children{};

    [[nodiscard]] bool holds(const event::json_value& root) const;
    /// All tests by one value.
    [[nodiscard]] bool passes(const event::json_value& value) const;
};

struct condition::compiled {
    condition_tree tree;
    compiled_node root{}; ///< points into `tree`
};

/// A value as JSON, fit for a terminal and cut when it is long; of objects and arrays only what they are.
[[nodiscard]] std::string value_text(const event::json_value& value);

/// What the tests require, to follow `is` or `wanted`: `one of: "a", "b"`, `not more than 5`. `negated`: for
/// the opposite.
[[nodiscard]] std::string wanted_text(const std::vector<value_test>& tests, bool negated);

} // namespace webhookd::routing
