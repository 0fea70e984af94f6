#include "config/pattern_reach.hpp"

#include <algorithm>

namespace webhookd::config {

using routing::pattern;
using routing::pattern_list;

bool covers(const pattern& outer, const pattern& inner) {
    if (outer.text() == inner.text()) return true;
    // A pattern as a type: its `*` can be met by nothing but a `*`, which then takes whatever it stands for,
    // as both stay within one name unless they are the last. Only `?` would take it for a single character.
    const bool sound = inner.is_literal() || outer.text().find('?') == std::string::npos;
    return sound && outer.matches(inner.text());
}

std::vector<pattern> effective_patterns(const pattern_list& list) {
    std::vector<pattern> taken;
    std::vector<pattern> excluded;
    for (const auto& p : list.patterns())
        (p.excludes() ? excluded : taken).push_back(p);
    if (taken.empty()) taken.push_back(pattern::parse("*").value());
    std::erase_if(taken, [&](const auto& p) {
        return std::ranges::any_of(excluded, [&](const auto& e) { return covers(e, p); });
    });
    return taken;
}

bool covers(const pattern_list& outer, const pattern_list& inner, const pattern& part) {
    const auto& theirs = inner.patterns();
    for (const auto& e : outer.patterns()) {
        if (!e.excludes()) continue;
        if (part.is_literal() && !e.matches(part.text())) continue;
        // What outer leaves out must be left out by inner as well.
        if (std::ranges::none_of(theirs, [&](const auto& p) { return p.excludes() && covers(p, e); }))
            return false;
    }
    return std::ranges::any_of(effective_patterns(outer), [&](const auto& p) { return covers(p, part); });
}

} // namespace webhookd::config
