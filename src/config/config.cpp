#include <webhookd/config/config.hpp>
#include <webhookd/routing/routing_table.hpp>

#include <algorithm>

namespace webhookd::config {

std::string_view name_of(role r) noexcept {
    const auto* found = std::ranges::find_if(role_names, [r](const auto& each) { return each.second == r; });
    return found == role_names.end() ? std::string_view() : found->first;
}

std::vector<std::string> changed_keys(const fixed& before, const fixed& after) {
    std::vector<std::string> keys;
    const auto compare = [&](const char* key, auto member) {
        if (!(before.*member == after.*member)) keys.emplace_back(key);
    };
    compare("server", &fixed::server);
    compare("admin.listen", &fixed::admin_listen);
    compare("admin.trusted_proxies", &fixed::admin_trusted_proxies);
    compare("endpoints", &fixed::endpoints);
    compare("storage.url", &fixed::storage_url);
    compare("storage.password", &fixed::storage_password);
    compare("storage.pool", &fixed::storage_pool);
    compare("queue.max_in_memory", &fixed::max_in_memory);
    compare("log.format", &fixed::log_format);
    return keys;
}

routing::routing_table make_routing_table(const reloadable& c) {
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
