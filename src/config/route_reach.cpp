#include "config/route_reach.hpp"

#include <webhookd/routing/pattern.hpp>

#include <algorithm>
#include <optional>

namespace webhookd::config {
namespace {

using routing::pattern;
using routing::pattern_list;

/// Whether `outer` certainly matches every type that `inner` does. Says no when in doubt.
bool covers(const pattern_list& outer, const pattern_list& inner) {
    const auto& ours = outer.patterns();
    const auto& theirs = inner.patterns();
    const bool excludes = std::any_of(ours.begin(), ours.end(), [](const auto& p) { return p.excludes(); });
    const auto takes = [&](const pattern& p) {
        if (p.is_literal() && outer.matches(p.text())) return true;
        return !excludes && std::any_of(ours.begin(), ours.end(), [&](const pattern& mine) {
            return mine.text() == "*" || mine.text() == p.text();
        });
    };
    const auto everything = [](const pattern& p) { return p.text() == "*" && !p.excludes(); };
    if (!excludes && std::any_of(ours.begin(), ours.end(), everything)) return true;
    const bool plain = std::any_of(theirs.begin(), theirs.end(), [](const auto& p) { return !p.excludes(); });
    return plain &&
           std::all_of(theirs.begin(), theirs.end(), [&](const auto& p) { return p.excludes() || takes(p); });
}

bool covers_endpoint(const route& outer, const route& inner) {
    return outer.endpoint.empty() || outer.endpoint == inner.endpoint;
}

bool repeats(const route& earlier, const route& later) {
    return earlier.match == later.match && earlier.endpoint == later.endpoint && earlier.when == later.when &&
           earlier.handlers == later.handlers && earlier.final == later.final;
}

} // namespace

void report_dead_routes(reading& in, const std::vector<written_route>& routes) {
    std::vector<std::optional<pattern_list>> lists;
    for (const auto& r : routes) {
        auto list = pattern_list::parse(r.route.match);
        lists.push_back(list ? std::optional(std::move(*list)) : std::nullopt);
    }
    for (std::size_t later = 0; later < routes.size(); ++later) {
        if (!lists[later]) continue;
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            if (!lists[earlier]) continue;
            const auto &first = routes[earlier].route, &second = routes[later].route;
            if (first.final && first.when.empty() && covers_endpoint(first, second) &&
                covers(*lists[earlier], *lists[later])) {
                in.warning(routes[later].at, routes[later].path,
                           "no event gets here: " + routes[earlier].path + " takes them all and is final");
                break;
            }
            if (repeats(first, second)) {
                in.warning(routes[later].at, routes[later].path, "repeats " + routes[earlier].path);
                break;
            }
        }
    }
}

} // namespace webhookd::config
