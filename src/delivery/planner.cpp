#include <webhookd/delivery/planner.hpp>

#include <algorithm>

namespace webhookd::delivery {

store::sequencing sequencing_of(const config::handler_common& common) noexcept {
    if (common.order_by == config::ordering::none) return store::sequencing::none;
    return common.on_failure == config::failure_action::block ? store::sequencing::block
                                                              : store::sequencing::skip;
}

planner::planner(const config::reloadable& c)
    : table_(config::make_routing_table(c)) {
    for (const auto& name : table_.handlers()) {
        const auto found = std::find_if(c.handlers.begin(), c.handlers.end(),
                                        [&](const auto& handler) { return handler.name == name; });
        deliveries_.push_back(
            {name, found == c.handlers.end() ? store::sequencing::none : sequencing_of(found->common)});
    }
}

std::vector<store::planned_delivery> planner::plan(std::string_view endpoint, const event::envelope& e,
                                                   const event::document& body) const {
    thread_local std::vector<std::size_t> found; // kept for its memory: this runs for every event
    table_.match(endpoint, e.type, body, found);
    std::vector<store::planned_delivery> planned;
    planned.reserve(found.size());
    for (const auto index : found)
        planned.push_back(deliveries_[index]);
    return planned;
}

} // namespace webhookd::delivery
