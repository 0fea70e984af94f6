#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/event/number.hpp>
#include <webhookd/routing/condition_tree.hpp>

#include <compare>
#include <optional>
#include <string>
#include <vector>

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

} // namespace webhookd::routing
