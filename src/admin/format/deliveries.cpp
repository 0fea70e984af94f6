#include <webhookd/runtime/secrets.hpp>

#include "admin/format/records.hpp"

namespace webhookd::admin {
namespace {

void write_attempt(json_response& json, const store::attempt& a) {
    json.begin_object();
    json.instant("started", a.started);
    json.decimal("duration_ms", static_cast<double>(a.duration.count()) / 1000);
    json.number("status", a.status);
    // What an older version has recorded may hold them.
    json.maybe_text("reason", secrets::masked(a.reason));
    json.maybe_text("output", secrets::masked(a.output));
    json.end_object();
}

std::optional<timestamp> on_wall_clock(std::optional<std::chrono::steady_clock::time_point> at,
                                       timestamp now) {
    if (!at) return std::nullopt;
    return now + std::chrono::duration_cast<timestamp::duration>(*at - std::chrono::steady_clock::now());
}

} // namespace

const char* name_of(store::delivery_state s) {
    switch (s) {
    case store::delivery_state::pending:
        return "pending";
    case store::delivery_state::successful:
        return "successful";
    case store::delivery_state::failed:
        return "failed";
    case store::delivery_state::discarded:
        return "discarded";
    }
    return "pending";
}

void write(json_response& json, const store::delivery_record& d) {
    json.begin_object();
    json.text("object", "delivery");
    json.number("id", d.id);
    json.text("event", d.event_id);
    json.text("type", d.event_type);
    json.text("endpoint", d.endpoint);
    json.text("handler", d.handler);
    json.text("state", name_of(d.state));
    json.number("attempts", d.attempts);
    json.maybe_text("reason", secrets::masked(d.reason));
    json.instant("planned", d.planned);
    json.instant("due", d.due);
    json.instant("finished", d.finished);
}

void write(json_response& json, const store::failure_group& g) {
    json.begin_object();
    json.text("object", "delivery_group");
    json.text("handler", g.handler);
    json.text("cause", secrets::masked(g.cause));
    json.number("deliveries", g.deliveries);
    json.instant("first_finished", g.first_finished);
    json.instant("last_finished", g.last_finished);
    json.key("sample");
    write(json, g.sample);
    json.end_object();
}

void write_discards(json_response& json, const std::vector<store::discard_record>& discards) {
    json.key("discards");
    json.begin_array();
    for (const auto& each : discards) {
        json.begin_object();
        json.instant("at", each.at);
        json.text("by", each.by);
        json.maybe_text("reason", each.reason);
        json.end_object();
    }
    json.end_array();
}

result<std::vector<store::delivery_counts>> count_deliveries(store::delivery_query& store,
                                                             const std::vector<store::stored_event>& events) {
    std::vector<store::event_offset> offsets;
    offsets.reserve(events.size());
    for (const auto& each : events)
        offsets.push_back(each.offset);
    return store.count_deliveries(offsets);
}

void write(json_response& json, const store::delivery_counts& counts) {
    json.begin_object();
    json.number("pending", counts.pending);
    json.number("successful", counts.successful);
    json.number("failed", counts.failed);
    json.number("discarded", counts.discarded);
    json.end_object();
}

void write_history(json_response& json, const std::vector<store::attempt>& attempts) {
    json.key("history");
    json.begin_array();
    for (const auto& each : attempts)
        write_attempt(json, each);
    json.end_array();
}

void write(json_response& json, const delivery::handler_status& handler, std::int64_t waiting,
           timestamp now) {
    const auto attempts = handler.successful + handler.retried + handler.failed;
    json.begin_object();
    json.text("object", "handler");
    json.text("name", handler.name);
    json.text("circuit", to_string(handler.circuit));
    json.instant("circuit_open_until", on_wall_clock(handler.open_until, now));
    json.text("circuit_scope", handler.circuit_shared ? "cluster" : "instance");
    json.number("in_flight", static_cast<std::int64_t>(handler.in_flight));
    json.number("waiting", waiting);
    json.number("successful", static_cast<std::int64_t>(handler.successful));
    json.number("retried", static_cast<std::int64_t>(handler.retried));
    json.number("failed", static_cast<std::int64_t>(handler.failed));
    if (attempts > 0)
        json.decimal("success_rate", static_cast<double>(handler.successful) / static_cast<double>(attempts));
    else
        json.null("success_rate");
    json.maybe_text("last_error", handler.last_error);
    json.instant("last_error_at", handler.last_error_at);
    json.end_object();
}

} // namespace webhookd::admin
