#include <webhookd/admin/events.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/answer.hpp"
#include "admin/delivery_json.hpp"
#include "admin/erase.hpp"
#include "admin/event_export.hpp"
#include "admin/event_json.hpp"
#include "admin/event_query.hpp"
#include "admin/event_stream.hpp"
#include "admin/find_event.hpp"
#include "admin/gaps.hpp"
#include "admin/list_answer.hpp"
#include "admin/on_reader.hpp"
#include "admin/purge.hpp"
#include "admin/replay.hpp"
#include "admin/report.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

using runtime::task;

constexpr std::int64_t default_page = 50;
constexpr std::int64_t largest_page = 1000;
/// Of a transaction's story; the rest is in the list of its events.
constexpr std::size_t longest_story = 500;
constexpr std::size_t most_deliveries = 500;

/// A question that is answered on a reader's thread.
using event_reading = result<http::response> (*)(store::event_store&, const http::request&);

result<http::response> list(store::event_store& store, const http::request& r) {
    const auto q = query::parse(r.query, list_parameters);
    if (!q) return q.error();
    auto filter = read_filter(*q, store);
    if (!filter) return filter.error();
    const auto limit = q->number("limit", 1, largest_page);
    if (!limit) return limit.error();
    const auto beyond = read_cursor(*q);
    if (!beyond) return beyond.error();
    const auto page = static_cast<std::size_t>(limit->value_or(default_page));
    auto found = store.search({.filter = std::move(*filter), .beyond = *beyond, .limit = page + 1});
    if (!found) return found.error();
    return list_answer(std::move(*found), page, write_envelope,
                       [](const auto& last) { return to_cursor(position_of(last)); });
}

result<void> write_deliveries(json_answer& json, store::event_store& store, const store::stored_event& e) {
    auto deliveries = store.deliveries({.event_id = e.envelope.id}, std::nullopt, most_deliveries);
    if (!deliveries) return deliveries.error();
    json.key("deliveries");
    json.begin_array();
    for (auto each = deliveries->rbegin(); each != deliveries->rend(); ++each) { // oldest first
        if (each->seq != e.seq) continue;
        const auto attempts = store.attempts(each->id);
        if (!attempts) return attempts.error();
        write(json, *each);
        json.key("history");
        json.begin_array();
        for (const auto& attempt : *attempts)
            write(json, attempt);
        json.end_array();
        json.end_object();
    }
    json.end_array();
    return {};
}

/// All events of the transaction that the event belongs to, itself included, oldest first.
result<void> write_story(json_answer& json, store::event_store& store, const store::stored_event& e) {
    std::vector<store::stored_event> story;
    if (!e.envelope.transaction_id.empty()) {
        store::event_filter filter{.endpoint = e.endpoint, .transaction_id = e.envelope.transaction_id};
        auto found = store.search({.filter = std::move(filter), .limit = longest_story});
        if (!found) return found.error();
        story = std::move(*found);
    }
    std::reverse(story.begin(), story.end());
    json.key("story");
    json.begin_array();
    for (const auto& each : story) {
        write_envelope(json, each);
        json.end_object();
    }
    json.end_array();
    return {};
}

result<http::response> show(store::event_store& store, const http::request& r) {
    const auto q = query::parse(r.query, {"endpoint"});
    if (!q) return q.error();
    const auto e = find_event(store, r, *q);
    if (!e) return e.error();
    const auto key = store.verification_key(e->seq);
    if (!key) return key.error();
    const auto erased = store.erasure_of(e->seq);
    if (!erased) return erased.error();
    json_answer json;
    write_envelope(json, *e);
    write_payload(json, *e, *key);
    write_erasure(json, *erased);
    if (auto done = write_deliveries(json, store, *e); !done) return done.error();
    if (auto done = write_story(json, store, *e); !done) return done.error();
    json.end_object();
    return json.take();
}

result<http::response> count(store::event_store& store, const http::request& r) {
    const auto q = query::parse(r.query, filter_parameters);
    if (!q) return q.error();
    const auto filter = read_filter(*q, store);
    if (!filter) return filter.error();
    const auto events = store.count(*filter);
    if (!events) return events.error();
    json_answer json;
    json.begin_object();
    json.text("object", "count");
    json.number("events", *events);
    json.end_object();
    return json.take();
}

void write_type(json_answer& json, std::string_view name, std::string_view group,
                std::string_view description, std::int64_t received) {
    json.begin_object();
    json.text("object", "event_type");
    json.text("type", name);
    json.text("group", group);
    json.maybe_text("description", description);
    json.number("received", received);
    json.end_object();
}

/// The catalogue, and after it what arrived although it is not in there.
result<http::response> list_types(store::event_store& store, const http::request& r) {
    if (const auto q = query::parse(r.query, {}); !q) return q.error();
    const auto counted = store.event_types();
    if (!counted) return counted.error();
    const auto received = [&](std::string_view name) {
        const auto found =
            std::find_if(counted->begin(), counted->end(), [&](const auto& t) { return t.name == name; });
        return found == counted->end() ? 0 : found->events;
    };
    json_answer json;
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

task<http::response> answer(const event_sources& from, http::request& r, event_reading read) {
    auto allowed = from.who.authorize(r, config::role::integrator);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    // Named first: GCC 12 destroys a temporary within a co_await expression twice.
    std::function<result<http::response>()> work = [&from, &r, read] { return read(from.store, r); };
    auto done = co_await on_reader<http::response>(from.readers, std::move(work));
    co_return done ? std::move(*done) : to_answer(done.error());
}

} // namespace

void add_events(http::router& router, const event_sources& sources) {
    // Shared by all actions: a copy for each would copy the planning function too.
    const auto from = std::make_shared<const event_sources>(sources);
    const auto get = [&](const char* path, event_reading read) {
        router.add(http::verb::get, path, [from, read](http::request& r) { return answer(*from, r, read); });
    };
    get("/v1/event-types", list_types);
    get("/v1/events", list);
    get("/v1/events/count", count);
    get("/v1/events/{id}", show);
    add_gaps(router, from);
    add_report(router, from);
    add_export(router, from);
    add_stream(router, from);
    add_replay(router, from);
    add_purge(router, from);
    add_erase(router, from);
}

} // namespace webhookd::admin
