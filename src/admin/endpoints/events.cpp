#include <webhookd/event/event_type.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

constexpr std::int64_t default_page = 50;
constexpr std::int64_t largest_page = 1000;
/// Of a transaction's timeline; the rest is in the list of its events.
constexpr std::size_t longest_timeline = 500;
constexpr std::size_t most_deliveries = 500;

result<void> write_deliveries(json_response& json, store::delivery_query& store,
                              const store::stored_event& e) {
    auto deliveries = store.deliveries({.event_id = e.envelope.id}, std::nullopt, most_deliveries);
    if (!deliveries) return deliveries.error();
    json.key("deliveries");
    json.begin_array();
    for (auto each = deliveries->rbegin(); each != deliveries->rend(); ++each) { // oldest first
        if (each->offset != e.offset) continue;
        const auto attempts = store.attempts(each->id);
        if (!attempts) return attempts.error();
        write(json, *each);
        write_history(json, *attempts);
        const auto discards = store.discards(each->id);
        if (!discards) return discards.error();
        write_discards(json, *discards);
        json.end_object();
    }
    json.end_array();
    return {};
}

/// All events of the transaction that the event belongs to, itself included, oldest first.
result<void> write_timeline(json_response& json, store::event_query& store, const store::stored_event& e) {
    std::vector<store::stored_event> timeline;
    if (!e.envelope.transaction_id.empty()) {
        store::event_filter filter{.endpoint = e.endpoint, .transaction_id = e.envelope.transaction_id};
        auto found = store.search({.filter = std::move(filter), .limit = longest_timeline});
        if (!found) return found.error();
        timeline = std::move(*found);
    }
    std::reverse(timeline.begin(), timeline.end());
    json.key("story");
    json.begin_array();
    for (const auto& each : timeline) {
        write_envelope(json, each);
        json.end_object();
    }
    json.end_array();
    return {};
}

void write_type(json_response& json, std::string_view name, std::string_view group,
                std::string_view description, std::int64_t received) {
    json.begin_object();
    json.text("object", "event_type");
    json.text("type", name);
    json.text("group", group);
    json.maybe_text("description", description);
    json.number("received", received);
    json.end_object();
}

} // namespace

/// The catalogue, then other types that arrived.
outcome list_event_types(const call& c) {
    const auto counted = c.from.events.event_types();
    if (!counted) return counted.error();
    const auto received = [&](std::string_view name) {
        const auto found =
            std::find_if(counted->begin(), counted->end(), [&](const auto& t) { return t.name == name; });
        return found == counted->end() ? 0 : found->events;
    };
    json_response json;
    json.begin_object();
    json.text("object", "list");
    json.key("data");
    json.begin_array();
    for (const auto& each : event::catalogue())
        write_type(json, each.name, to_string(each.group), each.description, received(each.name));
    for (const auto& each : *counted)
        if (event::find_type(each.name) == nullptr)
            write_type(json, each.name, std::string_view(each.name).substr(0, each.name.find('.')), "",
                       each.events);
    json.end_array();
    json.flag("has_more", false);
    json.end_object();
    return json.take();
}

outcome list_events(const call& c) {
    auto filter = read_filter(c.parameters, c.from.events);
    if (!filter) return filter.error();
    const auto limit = c.parameters.number("limit", 1, largest_page);
    if (!limit) return limit.error();
    const auto beyond = read_cursor(c.parameters);
    if (!beyond) return beyond.error();
    const auto page = static_cast<std::size_t>(limit->value_or(default_page));
    const auto include = c.parameters.text("include");
    if (!include.empty() && include != "deliveries")
        return failure{errc::argument_invalid, "'include' can only be deliveries"};
    auto found = c.from.events.search({.filter = std::move(*filter), .beyond = *beyond, .limit = page + 1});
    if (!found) return found.error();
    std::vector<store::delivery_counts> counts;
    if (!include.empty()) {
        auto counted = count_deliveries(c.from.deliveries, *found);
        if (!counted) return counted.error();
        counts = std::move(*counted);
    }
    const auto row = [next = counts.begin(), end = counts.end()](json_response& json,
                                                                 const store::stored_event& e) mutable {
        write_envelope(json, e);
        if (next == end) return;
        json.key("deliveries");
        write(json, *next++);
    };
    return list_response(std::move(*found), page, row,
                         [](const auto& last) { return to_cursor(position_of(last)); });
}

outcome count_events(const call& c) {
    const auto filter = read_filter(c.parameters, c.from.events);
    if (!filter) return filter.error();
    const auto events = c.from.events.count(*filter);
    if (!events) return events.error();
    json_response json;
    json.begin_object();
    json.text("object", "count");
    json.number("events", *events);
    json.end_object();
    return json.take();
}

outcome show_event(const call& c) {
    const auto e = find_event(c.from.events, c.id(), c.parameters);
    if (!e) return e.error();
    const auto key = c.from.events.verification_key(e->offset);
    if (!key) return key.error();
    const auto erased = c.from.events.erasure_of(e->offset);
    if (!erased) return erased.error();
    json_response json;
    write_envelope(json, *e);
    write_payload(json, *e, *key);
    write_erasure(json, *erased);
    if (auto done = write_deliveries(json, c.from.deliveries, *e); !done) return done.error();
    if (auto done = write_timeline(json, c.from.events, *e); !done) return done.error();
    json.end_object();
    if (!e->body.empty())
        log::info("the body of an event was read",
                  {{"by", c.who.name}, {"event", e->envelope.id}, {"endpoint", e->endpoint}});
    return json.take();
}

} // namespace webhookd::admin
