#include <webhookd/http/problem.hpp>
#include <webhookd/http/router.hpp>

#include <boost/beast/http/verb.hpp>
#include <boost/url/pct_string_view.hpp>

#include <algorithm>

namespace webhookd::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool fits(const std::vector<std::optional<std::string>>& pattern,
          const std::vector<std::string_view>& segments) {
    return std::equal(
        pattern.begin(), pattern.end(), segments.begin(), segments.end(),
        [](const auto& wanted, auto given) { return wanted ? *wanted == given : !given.empty(); });
}

/// Unchanged where its escapes are invalid: it will match nothing.
std::string decode(std::string_view segment) {
    const auto checked = boost::urls::make_pct_string_view(segment);
    return checked ? checked->decode() : std::string(segment);
}

} // namespace

void router::add(verb method, const std::string& path, action run) {
    entry added;
    bool open = false;
    for (const auto segment : split(path)) {
        const bool anything = segment.starts_with('{') && segment.ends_with('}');
        open = open || anything;
        if (anything)
            added.segments.emplace_back(std::nullopt);
        else
            added.segments.emplace_back(segment);
    }
    auto at = std::find_if(entries_.begin(), entries_.end(),
                           [&](const auto& each) { return each.segments == added.segments; });
    if (at == entries_.end())
        at = entries_.insert(open ? entries_.end() : entries_.begin(), std::move(added));
    at->actions.insert_or_assign(method, std::move(run));
}

const router::entry* router::find(std::string_view path) const {
    const auto segments = split(path);
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& each) { return fits(each.segments, segments); });
    return found == entries_.end() ? nullptr : &*found;
}

const router::action* router::choose(const entry& p, const request& r) {
    const auto found = p.actions.find(r.headers.method() == verb::head ? verb::get : r.headers.method());
    return found == p.actions.end() ? nullptr : &found->second;
}

std::optional<response> router::admit(const request& r) {
    const auto* there = find(r.path);
    if (there == nullptr) return problem(status::not_found, "Nothing is served at this path.");
    if (choose(*there, r) != nullptr) return std::nullopt;
    std::string allowed;
    for (const auto& [method, run] : there->actions) {
        if (!allowed.empty()) allowed += ", ";
        allowed += boost::beast::http::to_string(method);
        if (method == verb::get) allowed += ", HEAD";
    }
    return method_not_allowed(allowed);
}

runtime::task<response> router::handle(request& r) {
    const auto* there = find(r.path);
    const auto segments = split(r.path);
    r.parameters.clear();
    for (std::size_t i = 0; i < segments.size(); ++i)
        if (!there->segments[i]) r.parameters.push_back(decode(segments[i]));
    return (*choose(*there, r))(r);
}

} // namespace webhookd::http
