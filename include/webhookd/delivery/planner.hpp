#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/routing/routing_table.hpp>
#include <webhookd/store/event.hpp>

#include <string_view>
#include <vector>

namespace webhookd::delivery {

/// Event → the deliveries to plan for it. Immutable, any thread; a reload makes another one.
class planner {
public:
    explicit planner(const config::reloadable& c);

    [[nodiscard]] std::vector<store::planned_delivery>
    plan(std::string_view endpoint, const event::envelope& e, const event::document& body) const;

private:
    routing::routing_table table_;
    std::vector<store::planned_delivery> deliveries_; ///< for each of the table's handlers
};

/// How the store is to keep a handler's deliveries in sequence.
[[nodiscard]] store::sequencing sequencing_of(const config::handler_common& common) noexcept;

} // namespace webhookd::delivery
