#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/event/number.hpp>
#include <webhookd/routing/condition.hpp>

#include <rapidjson/document.h>

#include <compare>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace webhookd::routing {

/// A number to compare values with, whatever the size of either and however they are written.
class operand_number {
public:
    operand_number() = default; ///< zero
    /// nullopt for what is no number.
    [[nodiscard]] static std::optional<operand_number> of(const scalar& value);

    /// Compares a value of an event with it; unordered for what is no number.
    [[nodiscard]] std::partial_ordering compare(const event::json_value& value) const noexcept;
    [[nodiscard]] std::strong_ordering compare(const operand_number& other) const noexcept;

private:
    [[nodiscard]] event::decimal value() const noexcept;

    std::string text_ = "0";
};

/// A set of scalars; look-ups do not allocate.
class scalar_set {
public:
    scalar_set() = default;
    explicit scalar_set(const std::vector<scalar>& values);

    [[nodiscard]] bool holds(const event::json_value& value) const noexcept;

private:
    std::vector<std::string> texts_;      // sorted, as the next
    std::vector<operand_number> numbers_; // by their value
    bool null_ = false;
    bool true_ = false;
    bool false_ = false;
};

/// A compiled regular expression, shared by the copies of a condition. Immutable, any thread.
class regular_expression {
public:
    /// As `check_regular_expression` says.
    static result<regular_expression> compile(std::string_view text, bool quote);

    /// Whether it finds something anywhere in the text.
    [[nodiscard]] bool finds(std::string_view text) const;

private:
    explicit regular_expression(std::shared_ptr<const re2::RE2> compiled) noexcept;

    std::shared_ptr<const re2::RE2> compiled_;
};

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

/// Whether `use` is true for one of the values that a pointer names (see `condition`); stops at the first.
/// Each step goes a level down, so that no value is visited twice, and no pointer has more than 64 steps.
template <class Use>
bool any_value(const event::json_value& at, std::span<const std::string> steps, const Use& use) {
    if (steps.empty()) return use(at);
    const auto rest = steps.subspan(1);
    if (at.IsArray() && steps.front() == "*") {
        for (const auto& element : at.GetArray())
            if (any_value(element, rest, use)) return true;
        return false;
    }
    const auto* next = event::document::child(at, steps.front());
    return next && any_value(*next, rest, use);
}

} // namespace webhookd::routing
