#include <webhookd/event/timeline.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/endpoints/gap_scan.hpp"
#include "admin/format/records.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace webhookd::admin {
namespace {

using stored_events = std::vector<store::stored_event>;

/// Of one timeline; the rest is in the list of the transaction's events.
constexpr std::size_t most_events = 500;

/// The newest of the transaction's events at an endpoint (empty: at any), newest first, and one more than
/// `most` where there are more.
result<stored_events> find_events(store::event_query& store, const std::string& id,
                                  const std::string& endpoint, std::size_t most) {
    store::event_filter filter{.endpoint = endpoint, .transaction_id = id};
    return store.search({.filter = std::move(filter), .limit = most + 1});
}

/// The endpoints that know the transaction: those of its newest events, and those of the configuration that
/// have one.
result<std::set<std::string>> endpoints_of(const call& c, const stored_events& newest) {
    std::set<std::string> names;
    for (const auto& each : newest)
        names.insert(each.endpoint);
    for (const auto& name : c.from.running.load()->routes.endpoints()) {
        if (newest.size() <= most_events || names.contains(name)) continue;
        const auto one = find_events(c.from.events, c.id(), name, 0);
        if (!one) return one.error();
        if (!one->empty()) names.insert(name);
    }
    return names;
}

failure several(const std::set<std::string>& endpoints) {
    std::string detail = "Several endpoints have this transaction: 'endpoint' must name one of them (";
    for (const auto& each : endpoints)
        detail += (each == *endpoints.begin() ? "" : ", ") + each;
    return {errc::argument_invalid, detail + ")."};
}

/// What the newest event that tells it says.
std::string state_of(const stored_events& newest_first) {
    const auto tells = [](const store::stored_event& e) {
        return e.envelope.type.starts_with("transaction.lifecycle.") && !e.envelope.state.empty();
    };
    const auto found = std::ranges::find_if(newest_first, tells);
    return found == newest_first.end() ? std::string() : found->envelope.state;
}

std::vector<event::arrival_mark> mark(const stored_events& oldest_first) {
    std::vector<event::arrival> arrivals;
    arrivals.reserve(oldest_first.size());
    for (const auto& each : oldest_first)
        arrivals.push_back({store::instant_of(each.envelope, each.received), each.received});
    return event::mark_arrivals(arrivals);
}

void maybe_milliseconds(json_response& json, std::string_view name,
                        const std::optional<std::chrono::microseconds>& time) {
    if (time)
        json.number(name, std::chrono::duration_cast<std::chrono::milliseconds>(*time).count());
    else
        json.null(name);
}

void write(json_response& json, const event::arrival_mark& mark) {
    maybe_milliseconds(json, "elapsed_ms", mark.elapsed);
    maybe_milliseconds(json, "late_ms", mark.late);
    json.flag("out_of_order", mark.out_of_order);
}

void write(json_response& json, const event::expected_event& next) {
    json.begin_object();
    json.text("type", next.type);
    json.maybe_text("action_id", next.action);
    json.instant("by", next.by);
    json.end_object();
}

} // namespace

outcome show_transaction(const call& c) {
    auto endpoint = c.parameters.text("endpoint");
    auto found = find_events(c.from.events, c.id(), endpoint, most_events);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "There is no such transaction."};
    if (endpoint.empty()) {
        const auto known = endpoints_of(c, *found);
        if (!known) return known.error();
        if (known->size() > 1) return several(*known);
        endpoint = *known->begin();
    }
    const bool more = found->size() > most_events;
    if (more) found->pop_back();
    const auto state = state_of(*found);
    std::ranges::reverse(*found);
    const auto now = c.from.clock.now();
    const auto outlook = gap_scan(c.from.events, now).outlook_of(endpoint, c.id());
    if (!outlook) return outlook.error();
    const auto counted = count_deliveries(c.from.deliveries, *found);
    if (!counted) return counted.error();
    const auto marks = mark(*found);

    json_response json;
    json.begin_object();
    json.text("object", "transaction");
    json.text("id", c.id());
    json.text("endpoint", endpoint);
    json.maybe_text("state", state);
    json.key("events");
    json.begin_array();
    for (std::size_t i = 0; i < found->size(); ++i) {
        write_envelope(json, (*found)[i]);
        write(json, marks[i]);
        json.key("deliveries");
        admin::write(json, counted->at(i));
        json.end_object();
    }
    json.end_array();
    json.flag("has_more", more);
    json.key("missing");
    json.begin_array();
    for (const auto& each : outlook->missing)
        write(json, each, now);
    json.end_array();
    json.key("expected");
    json.begin_array();
    for (const auto& each : outlook->expected)
        write(json, each);
    json.end_array();
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
