#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/routing/condition_tree.hpp>

#include <optional>
#include <string>
#include <vector>

namespace webhookd::routing {

/// Wide enough for every 64-bit integer and every double, so that comparing two is exact.
using exact_number = long double;

/// Nothing for what is no number.
[[nodiscard]] std::optional<exact_number> number_of(const event::json_value& value) noexcept;
[[nodiscard]] std::optional<exact_number> number_of(const scalar& value) noexcept;

/// Scalars to look values up in, however many there are, without allocating.
class scalar_set {
public:
    scalar_set() = default;
    explicit scalar_set(const std::vector<scalar>& values);

    [[nodiscard]] bool holds(const event::json_value& value) const noexcept;

private:
    std::vector<std::string> texts_;    // sorted, as the next
    std::vector<exact_number> numbers_; // never a NaN: JSON has none
    bool null_ = false;
    bool true_ = false;
    bool false_ = false;
};

} // namespace webhookd::routing
