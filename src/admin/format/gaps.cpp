#include "admin/format/gaps.hpp"

#include <webhookd/event/retry_schedule.hpp>

namespace webhookd::admin {

void write(json_response& json, const missing_event& gap, timestamp now) {
    const auto& e = gap.evidence;
    const auto outlook = event::outlook(gap.sent, now);
    json.begin_object();
    json.text("object", "gap");
    json.text("endpoint", e.endpoint);
    json.text("transaction_id", e.envelope.transaction_id);
    json.maybe_text("action_id", gap.action);
    json.text("missing", gap.type);
    json.text("evidence", e.envelope.id);
    json.text("evidence_type", e.envelope.type);
    json.instant("evidence_created", store::instant_of(e.envelope, e.received));
    json.instant("sent_before", gap.sent);
    json.text("retries", outlook.next ? "expected" : "over");
    json.instant("next_try", outlook.next);
    json.instant("last_try_from", outlook.last_from);
    json.instant("last_try", outlook.last);
    json.end_object();
}

} // namespace webhookd::admin
