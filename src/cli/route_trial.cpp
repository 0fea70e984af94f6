#include "cli/route_trial.hpp"

#include <webhookd/event/document.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/event/workspace.hpp>
#include <webhookd/routing/routing_table.hpp>
#include <webhookd/text/printable.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace webhookd::cli {
namespace {

using routing::answer;

std::string listed(const std::vector<std::string>& texts) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t i = 0; i < std::min(texts.size(), most); ++i)
        out += (i > 0 ? ", " : "") + texts[i];
    return texts.size() > most ? out + ", ..." : out;
}

/// What becomes of a route, and why.
struct finding {
    answer verdict = answer::no;
    std::string why;
};

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

/// A route by itself, without regard to those before it.
finding examine(const config::route& written, const routing::route& route, const trial_event& event,
                const std::optional<trial_body>& body) {
    if (!route.endpoint.empty() && route.endpoint != event.endpoint)
        return {answer::no, "only at endpoint " + route.endpoint};
    if (!route.match.matches(event.type)) return {answer::no, "only for " + listed(written.match)};
    if (!route.when) return {answer::yes, {}};
    if (!body) return {answer::depends, "only if " + describe(route.when->tree())};
    auto judged = route.when->explain(body->judged, body->shown);
    return {judged.holds ? answer::yes : answer::no, std::move(judged.why)};
}

const config::workspace_filter* filter_at(const config::configuration& c, const std::string& endpoint) {
    for (const auto& each : c.fixed.endpoints)
        if (each.name == endpoint && !each.only.names.empty()) return &each.only;
    return nullptr;
}

/// Why an endpoint's `only` leaves an event out; empty: it takes the event. The names that it lists may come
/// from elsewhere, as secrets do, and are not shown.
std::string left_out(const config::workspace_filter& only, const event::document& body) {
    const auto named = event::workspaces(body);
    const auto owner = event::find_owner(named, only.names);
    const bool foreign = owner == event::ownership::foreign;
    if (!foreign && (owner == event::ownership::ours || !only.strict)) return {};
    if (named.empty()) return "it names no workspace";
    std::string names;
    for (const auto name : named)
        names += (names.empty() ? "" : ", ") + text::in_quotes(text::printable(name));
    return (foreign ? "it names the workspace " : "it tells its workspace in another way, as ") + names;
}

/// Each handler once, in order; certain as soon as one route is that names it.
struct handler_list {
    struct entry {
        std::string name;
        std::string route; ///< on which it hangs; empty: none
    };
    std::vector<entry> entries;

    void add(const std::string& name, const std::string& route) {
        const auto known =
            std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
        if (known == entries.end())
            entries.push_back({name, route});
        else if (route.empty())
            known->route.clear();
    }

    [[nodiscard]] std::string text() const {
        if (entries.empty()) return "none";
        std::string out;
        for (const auto& e : entries) {
            if (!out.empty()) out += ", ";
            out += e.name;
            if (!e.route.empty()) out += " (if route " + e.route + " applies)";
        }
        return out;
    }
};

} // namespace

std::string describe_trial(const config::configuration& c, const trial_event& event) {
    const auto body = parse_body(event.body);
    std::string out;
    const auto* only = filter_at(c, event.endpoint);
    if (only != nullptr && body) {
        if (const auto why = left_out(*only, body->judged); !why.empty())
            return "  left out by the endpoint's `only`: " + why +
                   " (answered 200, not kept)\n  handlers: none\n";
    } else if (only != nullptr) {
        out += std::string("  only if the endpoint's `only` names its workspace") +
               (only->strict ? "\n" : ", or it names none\n");
    }
    const auto& routes = c.reloadable.routes;
    const auto table = config::make_routing_table(c.reloadable);

    static constexpr std::string_view words[] = {"no ", "if ", "yes"};
    std::string ended_by;   // the final route that certainly took the event
    std::string doubted_by; // the final route that perhaps did
    handler_list handlers;
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const auto& route = table.routes()[i];
        auto found = ended_by.empty() ? examine(routes[i], route, event, body)
                                      : finding{answer::no, "route " + ended_by + " is final"};
        if (found.verdict != answer::no && !doubted_by.empty()) {
            found.why +=
                (found.why.empty() ? "only if " : " and ") + ("route " + doubted_by) + " does not apply";
            found.verdict = answer::depends;
        }
        out += "  " + std::string(words[static_cast<std::size_t>(found.verdict)]) + "  " + route.name;
        out += (found.why.empty() ? "" : "  (" + found.why + ')') + '\n';
        if (found.verdict == answer::no) continue;
        const bool certain = found.verdict == answer::yes;
        for (const auto& handler : route.handlers)
            handlers.add(handler, certain ? std::string() : route.name);
        if (route.final) (certain ? ended_by : doubted_by) = route.name;
    }
    return out + "  handlers: " + handlers.text() + '\n';
}

} // namespace webhookd::cli
