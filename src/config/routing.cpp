#include <webhookd/config/routing.hpp>

namespace webhookd::config {

routing::routing_table make_routing_table(const configuration& c) {
    std::vector<routing::route> routes;
    routes.reserve(c.routes.size());
    for (const auto& r : c.routes)
        routes.push_back({r.name, routing::pattern_list::parse(r.match).value(), r.endpoint, r.handlers,
                          r.final && r.when.empty()});
    return routing::routing_table(std::move(routes));
}

} // namespace webhookd::config
