#include "admin/delivery_json.hpp"

#include <webhookd/runtime/secrets.hpp>

namespace webhookd::admin {

const char* name_of(store::delivery_state s) {
    switch (s) {
    case store::delivery_state::pending:
        return "pending";
    case store::delivery_state::successful:
        return "successful";
    case store::delivery_state::failed:
        return "failed";
    }
    return "pending";
}

void write(json_answer& json, const store::delivery_record& d) {
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

void write(json_answer& json, const store::attempt& a) {
    json.begin_object();
    json.instant("started", a.started);
    json.decimal("duration_ms", static_cast<double>(a.duration.count()) / 1000);
    json.number("status", a.status);
    // What an older version has recorded may hold them.
    json.maybe_text("reason", secrets::masked(a.reason));
    json.maybe_text("output", secrets::masked(a.output));
    json.end_object();
}

} // namespace webhookd::admin
