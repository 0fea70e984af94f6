#include <webhookd/routing/routing_table.hpp>

#include <algorithm>
#include <utility>

namespace webhookd::routing {

namespace {

bool concerns(const route& r, std::string_view endpoint, std::string_view type) {
    return (r.endpoint.empty() || r.endpoint == endpoint) && r.match.matches(type);
}

/// Calls `use` with the index of every route that matches, in order, up to and with the first final one.
template <class Use>
void for_each_match(const std::vector<route>& routes, std::string_view endpoint, std::string_view type,
                    const event::document& body, Use use) {
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const auto& r = routes[i];
        if (!concerns(r, endpoint, type) || (r.when && !r.when->holds(body))) continue;
        use(i);
        if (r.final) return;
    }
}

void add_once(std::vector<std::size_t>& indices, std::size_t index) {
    // A table has few handlers: a linear search is faster than a set.
    if (std::ranges::find(indices, index) == indices.end()) indices.push_back(index);
}

} // namespace

routing_table::routing_table(std::vector<route> routes)
    : routes_(std::move(routes)) {
    handler_indices_.reserve(routes_.size());
    for (const auto& r : routes_) {
        auto& indices = handler_indices_.emplace_back();
        for (const auto& name : r.handlers) {
            const auto known = std::ranges::find(handlers_, name);
            const auto index = static_cast<std::size_t>(known - handlers_.begin());
            if (known == handlers_.end()) handlers_.push_back(name);
            add_once(indices, index);
        }
    }
}

void routing_table::match(std::string_view endpoint, std::string_view type, const event::document& body,
                          std::vector<std::size_t>& found) const {
    found.clear();
    found.reserve(handlers_.size());
    for_each_match(routes_, endpoint, type, body, [&](std::size_t route) {
        for (const auto handler : handler_indices_[route])
            add_once(found, handler);
    });
}

std::vector<std::size_t> routing_table::match(std::string_view endpoint, std::string_view type,
                                              const event::document& body) const {
    std::vector<std::size_t> found;
    match(endpoint, type, body, found);
    return found;
}

std::vector<std::size_t> routing_table::match(std::string_view endpoint, std::string_view type) const {
    std::vector<std::size_t> found;
    const auto all = answers(endpoint, type);
    for (std::size_t route = 0; route < all.size(); ++route)
        if (all[route] != answer::no)
            for (const auto handler : handler_indices_[route])
                add_once(found, handler);
    return found;
}

std::vector<std::size_t> routing_table::matching_routes(std::string_view endpoint, std::string_view type,
                                                        const event::document& body) const {
    std::vector<std::size_t> found;
    for_each_match(routes_, endpoint, type, body, [&](std::size_t route) { found.push_back(route); });
    return found;
}

std::vector<answer> routing_table::answers(std::string_view endpoint, std::string_view type) const {
    std::vector<answer> out(routes_.size(), answer::no);
    bool doubted = false; // a final route before may have taken the event
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const auto& r = routes_[i];
        if (!concerns(r, endpoint, type)) continue;
        out[i] = r.when || doubted ? answer::depends : answer::yes;
        if (!r.final) continue;
        // Without a condition of its own it ends the search, whether or not an earlier one did already.
        if (!r.when) break;
        doubted = true;
    }
    return out;
}

} // namespace webhookd::routing
