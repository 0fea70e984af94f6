#include <webhookd/event/event_type.hpp>
#include <webhookd/routing/pattern.hpp>

#include "config/route_reach.hpp"
#include "config/sections.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <map>

namespace webhookd::config {
namespace {

/// Warns about a pattern that no documented event has. Others may come to be, so it is no mistake.
void check_type(load_pass& in, const text& pattern, const routing::pattern& compiled) {
    const auto types = event::catalogue();
    if (std::any_of(types.begin(), types.end(),
                    [&](const auto& type) { return compiled.matches(type.name); }))
        return;
    if (!compiled.is_literal())
        return in.warning(pattern, in_quotes(pattern.raw) + " matches none of the documented events");
    const auto near = event::nearest_type(compiled.text());
    in.warning(pattern, in_quotes(pattern.raw) + " is not a documented event" +
                            (near ? "; did you mean " + in_quotes(*near) + '?' : std::string()));
}

/// The texts that compile.
std::vector<std::string> read_match(object_reader& in) {
    std::vector<std::string> match;
    const auto texts = in.texts("match", true);
    if (texts && in.find("match")->kind == yaml_node::kind::sequence && in.find("match")->items.empty())
        in.error("match", "must hold at least one pattern; \"*\" is every event");
    for (const auto& t : texts.value_or(std::vector<text>{})) {
        if (const auto compiled = routing::pattern::parse(t.value)) {
            check_type(in.in(), t, *compiled);
            match.push_back(t.value);
        } else {
            in.in().error(t, in_quotes(t.raw) +
                                 " is no event pattern; write it like transaction.lifecycle.completed, "
                                 "transaction.*, * or !action.opened");
        }
    }
    return match;
}

/// Each handler once, in the order of the file.
std::vector<std::string> read_handler_names(object_reader& in) {
    std::vector<std::string> names;
    std::vector<std::string_view> known;
    for (const auto& handler : in.in().handlers)
        known.push_back(handler.value);
    for (const auto& t : in.texts("handlers", true).value_or(std::vector<text>{})) {
        if (std::find(known.begin(), known.end(), t.value) == known.end()) {
            in.in().error(t, "there is no handler " + in_quotes(t.raw) + did_you_mean(t.raw, known));
        } else if (std::find(names.begin(), names.end(), t.value) != names.end()) {
            in.in().warning(t, in_quotes(t.raw) +
                                   " stands here a second time; each handler runs once for an event");
        } else {
            in.in().used_handlers.insert(t.value);
            names.push_back(t.value);
        }
    }
    return names;
}

void read_route_endpoint(object_reader& in, std::string& out) {
    const auto name = in.text_at("endpoint");
    if (!name) return;
    out = name->value;
    std::vector<std::string_view> known;
    for (const auto& endpoint : in.in().endpoints) {
        if (endpoint.value == name->value) return;
        known.push_back(endpoint.raw);
    }
    in.in().error(*name, "there is no endpoint " + in_quotes(name->raw) + did_you_mean(name->raw, known));
}

void read_route(object_reader& in, route& out) {
    in.require("name");
    in.require("match");
    in.require("handlers");
    if (auto name = in.name("name")) out.name = std::move(name->value);
    out.match = read_match(in);
    read_route_endpoint(in, out.endpoint);
    read_conditions(in, out.when);
    out.handlers = read_handler_names(in);
    in.flag("final", out.final);
    const auto* handlers = in.find("handlers");
    if (handlers && handlers->kind == yaml_node::kind::sequence && handlers->items.empty() && !out.final)
        in.warning("handlers", "is empty, and the route is not final: it does nothing");
}

} // namespace

void read_routes(object_reader& root, std::vector<route>& out) {
    constexpr std::size_t most = 1000;
    auto& in = root.in();
    std::map<std::string, std::string> names;
    std::vector<written_route> written;
    root.objects("routes", [&](object_reader& item) {
        if (out.size() == most) return item.know_all();
        route r;
        read_route(item, r);
        if (!r.name.empty()) {
            const auto [first, fresh] = names.emplace(r.name, item.path());
            if (!fresh) item.error("name", "is the name of " + first->second + " already");
        }
        written.push_back({r, item.at({}), item.path()});
        out.push_back(std::move(r));
    });
    const auto* list = root.find("routes");
    if (list && list->items.size() > most) root.error("routes", "holds more than 1000 routes");
    report_dead_routes(in, written);
    for (const auto& handler : in.handlers)
        if (!in.used_handlers.contains(handler.value))
            in.warning(handler, "no route names this handler; it never runs");
}

} // namespace webhookd::config
