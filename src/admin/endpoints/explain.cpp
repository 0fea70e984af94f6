#include <webhookd/admin/running_configuration.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/secrets.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/parameters.hpp"
#include "admin/request_body.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace webhookd::admin {
namespace {

using config::trial_event;

failure wrong(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

/// An event that was pasted. Where one endpoint is configured, that is the one it would come to.
result<trial_event> read_pasted(std::string body, std::string endpoint, const config::route_trial& routes) {
    const auto envelope = event::parse_envelope(body);
    if (!envelope) return wrong("'body' is not an event: " + to_string(envelope.error()));
    const auto known = routes.endpoints();
    if (endpoint.empty() && known.size() == 1) endpoint = known.front();
    if (!endpoint.empty() && std::ranges::find(known, endpoint) == known.end())
        return wrong("'endpoint' names no endpoint of the configuration");
    return trial_event{std::move(endpoint), envelope->type, std::move(body)};
}

/// Its type may be one that the routes want without a look at the body, but what they say would be a guess.
constexpr std::string_view purged = "The event cannot be tried on the routes: its body was purged.";

http::response explanation(const trial_event& e, const config::trial_outcome& found) {
    json_response json;
    json.begin_object();
    json.text("object", "explanation");
    json.text("type", e.type);
    json.maybe_text("endpoint", e.endpoint);
    json.maybe_text("left_out", found.left_out);
    json.key("routes");
    json.begin_array();
    for (const auto& each : found.routes) {
        json.begin_object();
        json.text("name", each.name);
        json.flag("matches", each.verdict == routing::answer::yes);
        const auto plain = each.pattern.empty() ? "the type is not excluded" : each.pattern + " matches";
        json.text("reason", secrets::masked(each.why.empty() ? plain : each.why));
        json.texts("handlers", each.handlers);
        json.flag("final", each.final);
        json.end_object();
    }
    json.end_array();
    json.key("handlers");
    json.begin_array();
    for (const auto& each : found.handlers)
        json.text(each.name);
    json.end_array();
    json.end_object();
    return json.take();
}

} // namespace

outcome explain_routes(const call& c) {
    const auto body = request_body::parse(c.request, {"event", "endpoint", "body", "configuration"});
    if (!body) return body.error();
    auto id = body->text("event");
    if (!id) return id.error();
    auto endpoint = body->text("endpoint");
    if (!endpoint) return endpoint.error();
    auto pasted = body->json("body");
    if (!pasted) return pasted.error();
    if (id->empty() == !pasted->has_value()) return wrong("the body must have either 'event' or 'body'");

    const auto running = c.from.running.load();
    std::optional<config::route_trial> sent;
    const auto yaml = body->text("configuration");
    if (!yaml) return yaml.error();
    if (!yaml->empty()) {
        const auto loaded = load_sent_text(*yaml);
        if (!loaded.value) return http::problem(http::status::unprocessable_entity, mistakes_of(loaded));
        sent.emplace(*loaded.value);
    }
    const auto& routes = sent ? *sent : running->routes;
    if (*pasted) {
        const auto e = read_pasted(std::move(**pasted), std::move(*endpoint), routes);
        if (!e) return e.error();
        return explanation(*e, routes.run(*e));
    }
    auto kept = find_event(c.from.events, *id, *endpoint);
    if (!kept) return kept.error();
    if (kept->body.empty()) return http::problem(http::status::conflict, purged);
    const trial_event e{std::move(kept->endpoint), std::move(kept->envelope.type), std::move(kept->body)};
    return explanation(e, routes.run(e));
}

} // namespace webhookd::admin
