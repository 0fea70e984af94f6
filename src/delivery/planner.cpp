#include <webhookd/delivery/planner.hpp>
#include <webhookd/runtime/log.hpp>

#include <algorithm>

namespace webhookd::delivery {

store::ordering ordering_of(const config::handler_common& common) noexcept {
    if (common.order_by == config::ordering::none) return store::ordering::none;
    return common.on_failure == config::failure_action::block ? store::ordering::block
                                                              : store::ordering::skip;
}

planner::rules::rules(const config::reloadable& c)
    : table(config::make_routing_table(c)) {
    for (const auto& name : table.handlers()) {
        const auto found = std::find_if(c.handlers.begin(), c.handlers.end(),
                                        [&](const auto& handler) { return handler.name == name; });
        deliveries.push_back(
            {name, found == c.handlers.end() ? store::ordering::none : ordering_of(found->common)});
    }
}

planner::planner(const config::reloadable& c, bool dry_run)
    : rules_(rules(c))
    , dry_run_(dry_run) {}

void planner::change(const config::reloadable& c) {
    rules_.store(rules(c));
}

std::vector<store::planned_delivery> planner::plan(std::string_view endpoint, const event::envelope& e,
                                                   const event::document& body) const {
    thread_local std::vector<std::size_t> found; // kept for its memory: this runs for every event
    const auto in_force = rules_.load();
    in_force->table.match(endpoint, e.type, body, found);
    std::vector<store::planned_delivery> planned;
    planned.reserve(found.size());
    for (const auto index : found)
        planned.push_back(in_force->deliveries[index]);
    if (!dry_run_) return planned;
    for (const auto& each : planned)
        log::info("would run",
                  {{"handler", each.handler}, {"endpoint", endpoint}, {"event", e.id}, {"type", e.type}});
    return {};
}

} // namespace webhookd::delivery
