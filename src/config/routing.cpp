#include <webhookd/config/routing.hpp>

namespace webhookd::config {

routing::routing_table make_routing_table(const configuration& c) {
    std::vector<routing::route> routes;
    routes.reserve(c.routes.size());
    for (const auto& r : c.routes) {
        auto& route = routes.emplace_back();
        route.name = r.name;
        route.match = routing::pattern_list::parse(r.match).value();
        route.endpoint = r.endpoint;
        route.handlers = r.handlers;
        route.final = r.final;
        if (!r.when.empty()) route.when = routing::condition::compile(r.when).value();
    }
    return routing::routing_table(std::move(routes));
}

} // namespace webhookd::config
