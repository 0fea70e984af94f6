#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/routing/routing_table.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/store/delivery_planner.hpp>

#include <string_view>
#include <vector>

namespace webhookd::delivery {

/// Event → the deliveries that the routes in force plan for it; in a dry run none, but a line of the log for
/// each. Any thread.
class planner final : public store::delivery_planner {
public:
    explicit planner(const config::reloadable& c, bool dry_run = false);

    /// For events from now on.
    void change(const config::reloadable& c);

    [[nodiscard]] std::vector<store::planned_delivery>
    plan(std::string_view endpoint, const event::envelope& e, const event::document& body) const override;

private:
    struct rules {
        explicit rules(const config::reloadable& c);
        routing::routing_table table;
        std::vector<store::planned_delivery> deliveries; ///< for each of the table's handlers
    };
    runtime::shared_value<rules> rules_;
    const bool dry_run_;
};

/// How a handler's deliveries are ordered in the store.
[[nodiscard]] store::ordering ordering_of(const config::handler_common& common) noexcept;

} // namespace webhookd::delivery
