#include "cli/route_trial.hpp"

#include <webhookd/config/routing.hpp>

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include <algorithm>
#include <vector>

namespace webhookd::cli {
namespace {

enum class verdict { no, perhaps, yes };

constexpr unsigned parse_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;

/// RapidJSON compares 1 and 1.0 as numbers, strings by bytes, and values of different types as unequal.
bool holds(const config::condition& condition, const rapidjson::Document& body) {
    const rapidjson::Pointer pointer(condition.pointer);
    const auto* value = pointer.IsValid() ? pointer.Get(body) : nullptr;
    if (!value) return false;
    return std::any_of(condition.values.begin(), condition.values.end(), [&](const auto& text) {
        rapidjson::Document wanted;
        wanted.Parse<parse_flags>(text);
        return !wanted.HasParseError() && *value == wanted;
    });
}

std::string in_words(const std::vector<config::condition>& conditions) {
    std::string out;
    for (const auto& condition : conditions) {
        out += (out.empty() ? "only if " : " and ") + condition.pointer + " is ";
        for (const auto& value : condition.values) {
            if (&value != &condition.values.front())
                out += &value == &condition.values.back() ? " or " : ", ";
            out += value;
        }
    }
    return out;
}

/// Why a route does not match, or under which condition it does.
struct finding {
    verdict answer = verdict::no;
    std::string why;
};

finding examine(const config::route& route, const routing::route& compiled, const trial_event& event,
                const rapidjson::Document& body) {
    if (!route.endpoint.empty() && route.endpoint != event.endpoint)
        return {verdict::no, "only at endpoint " + route.endpoint};
    if (!compiled.match.matches(event.type)) return {verdict::no, {}};
    if (route.when.empty()) return {verdict::yes, {}};
    if (event.body.empty()) return {verdict::perhaps, in_words(route.when)};
    if (std::all_of(route.when.begin(), route.when.end(), [&](const auto& c) { return holds(c, body); }))
        return {verdict::yes, {}};
    return {verdict::no, in_words(route.when)};
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
    rapidjson::Document body;
    body.Parse<parse_flags>(event.body);
    const auto table = config::make_routing_table(c);

    static constexpr std::string_view words[] = {"no ", "if ", "yes"};
    std::string out;
    std::string ended_by;   // the final route that certainly took the event
    std::string doubted_by; // the final route that perhaps did
    handler_list handlers;
    for (std::size_t i = 0; i < c.routes.size(); ++i) {
        const auto& route = c.routes[i];
        auto found = ended_by.empty() ? examine(route, table.routes()[i], event, body)
                                      : finding{verdict::no, "route " + ended_by + " is final"};
        if (found.answer != verdict::no && !doubted_by.empty()) {
            found.why +=
                (found.why.empty() ? "only if " : " and ") + ("route " + doubted_by) + " does not apply";
            found.answer = verdict::perhaps;
        }
        out += "  " + std::string(words[static_cast<std::size_t>(found.answer)]) + "  " + route.name;
        out += (found.why.empty() ? "" : "  (" + found.why + ')') + '\n';
        if (found.answer == verdict::no) continue;
        const bool certain = found.answer == verdict::yes;
        for (const auto& handler : route.handlers)
            handlers.add(handler, certain ? std::string() : route.name);
        if (route.final) (certain ? ended_by : doubted_by) = route.name;
    }
    return out + "  handlers: " + handlers.text() + '\n';
}

} // namespace webhookd::cli
