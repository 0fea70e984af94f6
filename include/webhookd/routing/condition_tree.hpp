#pragma once

#include <webhookd/event/number.hpp>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace webhookd::routing {

/// As written in the file; equal to others of the same value, however they are written.
struct number {
    std::string text; ///< in JSON's grammar
    friend bool operator==(const number& a, const number& b) {
        return event::decimal::parse(a.text) == event::decimal::parse(b.text);
    }
};

/// What a value of an event is compared with.
struct scalar {
    std::variant<std::nullptr_t, bool, number, std::string> value;
    std::string shown{}; ///< shown instead of the value, where that may be a secret; empty: the value
    friend bool operator==(const scalar&, const scalar&) = default;
};

enum class test_kind {
    one_of,   ///< equals one of the operands
    exists,   ///< is present, also as null; no operand
    more,     ///< is a number above the operand, a number
    at_least, ///< or equal to it
    less,     ///< is a number below the operand, a number
    at_most,  ///< or equal to it
    contains, ///< is a text that holds the operand, or an array of which an element equals it
    matches,  ///< is a text that the operand, a regular expression (RE2's syntax), matches somewhere
};

/// What is asked of one value.
struct value_test {
    test_kind kind = test_kind::exists;
    std::vector<scalar> operands{};
    friend bool operator==(const value_test&, const value_test&) = default;
};

enum class condition_kind {
    all,      ///< every child holds
    any,      ///< at least one child does
    negation, ///< the one child does not
    value,    ///< a value at `pointer` passes every one of `tests`
};

/// Conditions as they are written; `condition` tells what they mean. A default-constructed one asks nothing.
struct condition_tree {
    condition_kind kind = condition_kind::all;
    std::string pointer{};
    std::vector<value_test> tests{};
    std::vector<condition_tree> children{};

    /// Whether it holds for every event because it asks nothing.
    [[nodiscard]] bool empty() const noexcept { return kind == condition_kind::all && children.empty(); }
    friend bool operator==(const condition_tree&, const condition_tree&) = default;
};

} // namespace webhookd::routing
