#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/postgres/parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace webhookd::store::postgres {

/// The condition on deliveries `d` for what a filter names, and nothing for the rest, so that the planner can
/// choose the best index. Its parameters come first. The state is a literal: a partial index is used only
/// where its own condition is in the SQL. A cause is that of failed deliveries.
struct delivery_condition {
    std::string sql; ///< begins with WHERE
    parameters given;

    explicit delivery_condition(const delivery_filter& filter, std::optional<delivery_id> before = {});
    /// Adds a parameter: `$4`.
    [[nodiscard]] std::string add(std::int64_t value);
    [[nodiscard]] std::string add(const std::string& text);

private:
    void add_after(std::int64_t instant);
    void add_before(std::int64_t instant);
};

} // namespace webhookd::store::postgres
