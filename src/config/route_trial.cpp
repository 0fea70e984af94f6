#include <webhookd/config/route_trial.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/text/printable.hpp>

#include "config/wording.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace webhookd::config {
namespace {

using routing::answer;

std::string listed(const std::vector<std::string>& texts) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t i = 0; i < std::min(texts.size(), most); ++i)
        out += (i > 0 ? ", " : "") + texts[i];
    return texts.size() > most ? out + ", ..." : out;
}

/// The event's body, and what may be shown of it.
struct trial_body {
    event::document judged;
    event::document shown;
};

std::optional<trial_body> parse_body(const std::string& json) {
    auto judged = event::document::parse(json);
    auto shown = event::document::parse(event::redacted(json));
    if (!judged || !shown) return std::nullopt;
    return trial_body{std::move(*judged), std::move(*shown)};
}

struct reasoned {
    answer verdict = answer::no;
    std::string why;
};

std::string first_pattern(const routing::pattern_list& list, const std::string& type) {
    const auto& all = list.patterns();
    const auto takes = [&](const auto& each) { return !each.excludes() && each.matches(type); };
    const auto found = std::ranges::find_if(all, takes);
    return found == all.end() ? std::string() : found->text();
}

/// A route by itself, without regard to those before it.
reasoned examine(const route& written, const routing::route& compiled, const trial_event& event,
                 const std::optional<trial_body>& body) {
    if (!compiled.endpoint.empty() && compiled.endpoint != event.endpoint)
        return {answer::no, "only at endpoint " + compiled.endpoint};
    if (!compiled.match.matches(event.type)) return {answer::no, "only for " + listed(written.match)};
    if (!compiled.when) return {answer::yes, {}};
    if (!body) return {answer::depends, "only if " + describe(compiled.when->tree())};
    auto judged = compiled.when->explain(body->judged, body->shown);
    return {judged.holds ? answer::yes : answer::no, std::move(judged.why)};
}

const workspace_filter* filter_at(const std::vector<endpoint>& endpoints, const std::string& name) {
    for (const auto& each : endpoints)
        if (each.name == name && !each.only.names.empty()) return &each.only;
    return nullptr;
}

/// Why an endpoint's `only` leaves an event out; empty: it takes the event. The names that it lists may come
/// from elsewhere, as secrets do, and are not shown.
std::string left_out(const workspace_filter& only, const event::document& body) {
    const auto named = event::workspaces(body);
    const auto owner = event::find_owner(named, only.names);
    const bool foreign = owner == event::ownership::foreign;
    if (!foreign && (owner == event::ownership::ours || !only.strict)) return {};
    if (named.empty()) return "it names no workspace";
    std::string names;
    for (const auto name : named)
        names += (names.empty() ? "" : ", ") + in_quotes(webhookd::text::printable(name));
    return (foreign ? "it names the workspace " : "it tells its workspace in another way, as ") + names;
}

/// Each handler once, in order; certain as soon as one route is that names it.
void add_handler(std::vector<trial_outcome::handler>& handlers, const std::string& name,
                 const std::string& route) {
    const auto known = std::ranges::find(handlers, name, &trial_outcome::handler::name);
    if (known == handlers.end())
        handlers.push_back({name, route});
    else if (route.empty())
        known->route.clear();
}

} // namespace

route_trial::route_trial(const configuration& c)
    : endpoints_(c.fixed.endpoints)
    , routes_(c.reloadable.routes)
    , table_(make_routing_table(c.reloadable)) {}

std::vector<std::string> route_trial::endpoints() const {
    std::vector<std::string> names;
    for (const auto& each : endpoints_)
        names.push_back(each.name);
    return names;
}

trial_outcome route_trial::run(const trial_event& event) const {
    trial_outcome out;
    const auto body = parse_body(event.body);
    const auto* only = filter_at(endpoints_, event.endpoint);
    if (only != nullptr && body) {
        out.left_out = left_out(*only, body->judged);
        if (!out.left_out.empty()) return out;
    } else if (only != nullptr) {
        out.left_out_unless = "the endpoint's `only` names its workspace";
        if (!only->strict) out.left_out_unless += ", or it names none";
    }
    std::string ended_by;   // the final route that certainly took the event
    std::string doubted_by; // the final route that perhaps did
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const auto& route = table_.routes()[i];
        auto found = ended_by.empty() ? examine(routes_[i], route, event, body)
                                      : reasoned{answer::no, "route " + ended_by + " is final"};
        if (found.verdict != answer::no && !doubted_by.empty()) {
            found.why +=
                (found.why.empty() ? "only if " : " and ") + ("route " + doubted_by) + " does not apply";
            found.verdict = answer::depends;
        }
        out.routes.push_back({route.name, found.verdict, std::move(found.why),
                              first_pattern(route.match, event.type), route.handlers, route.final});
        if (found.verdict == answer::no) continue;
        const bool certain = found.verdict == answer::yes;
        for (const auto& handler : route.handlers)
            add_handler(out.handlers, handler, certain ? std::string() : route.name);
        if (route.final) (certain ? ended_by : doubted_by) = route.name;
    }
    return out;
}

} // namespace webhookd::config
