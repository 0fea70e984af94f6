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

} // namespace webhookd::config
