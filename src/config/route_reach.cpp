#include "config/route_reach.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>

namespace webhookd::config {

using routing::condition_tree;
using routing::pattern;
using routing::pattern_list;

bool covers(const pattern& outer, const pattern& inner) {
    if (outer.text() == inner.text()) return true;
    // A pattern as a type: its `*` can be met by nothing but a `*`, which then matches the same, as both stay
    // within one name unless they are the last. Only `?` would take it for a single character.
    const bool sound = inner.is_literal() || outer.text().find('?') == std::string::npos;
    return sound && outer.matches(inner.text());
}

type_reach::type_reach(const pattern_list& list) {
    for (const auto& p : list.patterns())
        (p.excludes() ? excluded_ : parts_).push_back(p);
    if (parts_.empty()) parts_.push_back(pattern::parse("*").value());
    // Lists that nobody writes by hand are taken as they are: a file must not keep its reader busy.
    if (parts_.size() * excluded_.size() > 1'000'000) return;
    std::erase_if(parts_, [&](const auto& p) {
        return std::ranges::any_of(excluded_, [&](const auto& e) { return config::covers(e, p); });
    });
}

bool type_reach::covers(const type_reach& inner, const pattern& part) const {
    for (const auto& e : excluded_) {
        if (part.is_literal() && !e.matches(part.text())) continue;
        // What is left out here must be left out by inner as well.
        if (std::ranges::none_of(inner.excluded_, [&](const auto& p) { return config::covers(p, e); }))
            return false;
    }
    return std::ranges::any_of(parts_, [&](const auto& p) { return config::covers(p, part); });
}

namespace {

struct parsed_route {
    const written_route* written;
    type_reach types;
    std::set<std::string> patterns;
    std::set<std::string> handlers;
};

/// Comparisons of patterns and conditions for one file: many times what a real one needs, and done in a
/// second. A file of thousands of patterns and aliases could ask for billions.
constexpr std::size_t most_comparisons = 20'000'000;

std::set<std::string> as_set(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

/// Whether `outer` certainly holds wherever `inner` does: everything it asks, `inner` asks too.
bool implied(const condition_tree& outer, const condition_tree& inner) {
    if (outer.empty() || outer == inner) return true;
    return std::ranges::all_of(outer.children, [&](const auto& asked) {
        return std::ranges::find(inner.children, asked) != inner.children.end();
    });
}

/// Finds out which routes leave nothing to another. Gives up, and then finds nothing, when that takes too
/// long.
class reach {
public:
    reach(load_pass& in, std::size_t comparisons)
        : left_(comparisons) {
        for (const auto& endpoint : in.endpoints)
            endpoints_.push_back(endpoint.value);
    }

    /// The earlier final routes that together take all that `route` would; empty: something gets through.
    std::set<std::size_t> takers(std::span<const parsed_route> earlier, const parsed_route& route) {
        std::set<std::size_t> found;
        const auto& own = route.written->route.endpoint;
        for (const auto& endpoint : own.empty() ? endpoints_ : std::vector{own}) {
            for (const auto& part : route.types.parts()) {
                const auto taker = taken_by(earlier, route, endpoint, part);
                if (!taker) return {};
                found.insert(*taker);
            }
        }
        return found;
    }

private:
    std::optional<std::size_t> taken_by(std::span<const parsed_route> earlier, const parsed_route& route,
                                        const std::string& endpoint, const pattern& part) {
        for (std::size_t i = 0; i < earlier.size(); ++i) {
            const auto& r = earlier[i].written->route;
            if (!r.final || !(r.endpoint.empty() || r.endpoint == endpoint)) continue;
            const auto& other = route.written->route;
            const auto cost = (r.match.size() + 1) * (other.match.size() + 1) +
                              r.when.children.size() * other.when.children.size();
            if (cost > left_) return std::nullopt;
            left_ -= cost;
            if (earlier[i].types.covers(route.types, part) && implied(r.when, other.when)) return i;
        }
        return std::nullopt;
    }

    std::size_t left_;
    std::vector<std::string> endpoints_;
};

bool repeats(const parsed_route& earlier, const parsed_route& later) {
    return earlier.patterns == later.patterns && earlier.handlers == later.handlers &&
           earlier.written->route.endpoint == later.written->route.endpoint &&
           earlier.written->route.when == later.written->route.when;
}

void report_route(load_pass& in, std::span<const parsed_route> earlier, const parsed_route& route,
                  reach& reached) {
    const auto& written = *route.written;
    if (route.types.parts().empty())
        return in.warning(written.at, written.path,
                          "no event gets here: its patterns exclude everything that they name");
    if (const auto found = reached.takers(earlier, route); !found.empty()) {
        std::string names;
        for (const auto i : found)
            names += (names.empty() ? "" : " and ") + earlier[i].written->path;
        return in.warning(
            written.at, written.path,
            "no event gets here: " + names +
                (found.size() == 1 ? " takes them all and is final" : " take them all and are final"));
    }
    for (const auto& first : earlier) {
        if (!repeats(first, route)) continue;
        const bool ends = written.route.final && !first.written->route.final;
        return in.warning(written.at, written.path,
                          "repeats " + first.written->path +
                              (ends ? ", but for `final`, which could stand there" : ""));
    }
}

} // namespace

void report_dead_routes(load_pass& in, const std::vector<written_route>& routes) {
    std::vector<parsed_route> parsed;
    parsed.reserve(routes.size());
    for (const auto& r : routes) {
        if (const auto list = pattern_list::parse(r.route.match))
            parsed.push_back({&r, type_reach(*list), as_set(r.route.match), as_set(r.route.handlers)});
    }
    reach reached(in, most_comparisons);
    for (std::size_t i = 0; i < parsed.size(); ++i)
        report_route(in, std::span(parsed).first(i), parsed[i], reached);
}

} // namespace webhookd::config
