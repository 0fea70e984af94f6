#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/store/event.hpp>

#include <string_view>
#include <vector>

namespace webhookd::store {

/// Which deliveries an event is kept with, as a port: the code that keeps events knows no routes. Any thread.
class delivery_planner {
public:
    [[nodiscard]] virtual std::vector<planned_delivery>
    plan(std::string_view endpoint, const event::envelope& e, const event::document& body) const = 0;

protected:
    ~delivery_planner() = default;
};

} // namespace webhookd::store
