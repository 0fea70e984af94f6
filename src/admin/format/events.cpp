#include <webhookd/event/json_text.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/event/retry_schedule.hpp>

#include "admin/endpoints/gap_scan.hpp"
#include "admin/format/records.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace webhookd::admin {
namespace {

/// As JSON, and redacted, because people look at it; `null` where the event has none.
std::string response_body(const std::string& body) {
    auto object = event::object_text(event::redacted(body));
    return object.empty() ? "null" : object;
}

} // namespace

void write_envelope(json_response& json, const store::stored_event& e) {
    const auto& v = e.envelope;
    json.begin_object();
    json.text("object", "event");
    json.text("id", v.id);
    json.text("type", v.type);
    json.instant("created", v.created);
    json.instant("received", e.received);
    json.text("endpoint", e.endpoint);
    json.maybe_text("transaction_id", v.transaction_id);
    json.maybe_text("object_type", v.object_type);
    json.maybe_text("object_id", v.object_id);
    json.maybe_text("state", v.state);
    json.maybe_text("stalled_reason", v.stalled_reason);
    json.maybe_text("api_key", v.api_key);
    json.maybe_text("user_id", v.user_id);
    json.maybe_text("trace_id", v.trace_id);
    json.maybe_text("source", e.source);
}

void write_payload(json_response& json, const store::stored_event& e, const store::kept_key& key) {
    json.raw("response", e.body.empty() ? "null" : response_body(e.body));
    json.maybe_text("raw_body", e.body);
    json.flag("payload_purged", e.body.empty()); // no event came without a body
    json.key("signature");
    if (e.signature.empty()) {
        json.null();
        return;
    }
    json.begin_object();
    json.text("header", e.signature);
    json.maybe_text("key_id", e.key_id);
    json.raw("key", key.jwk.empty() ? "null" : key.jwk);
    json.maybe_text("key_source", key.origin ? key.origin->source : std::string());
    json.instant("key_fetched", key.origin ? std::optional(key.origin->fetched) : std::nullopt);
    json.instant("verified_at", e.received); // no event is kept that was not proven before
    json.end_object();
}

void write_erasure(json_response& json, const std::optional<store::erasure>& e) {
    json.key("erased");
    if (!e) {
        json.null();
        return;
    }
    json.begin_object();
    json.instant("at", e->at);
    json.text("by", e->by);
    json.end_object();
}

void append_json(std::string& lines, const store::stored_event& e, bool payload) {
    json_response json;
    write_envelope(json, e);
    if (payload) {
        json.maybe_text("raw_body", e.body);
        json.maybe_text("signature", e.signature);
        json.maybe_text("key_id", e.key_id);
        json.flag("payload_purged", e.body.empty());
    }
    json.end_object();
    lines += json.view();
    lines += '\n';
}

std::string stream_id(const store::stored_event& e) {
    // FNV-1a: nobody gains anything by a second event with the same mark.
    std::uint64_t mark = 0xcbf29ce484222325;
    const auto mix = [&mark](std::string_view text) {
        for (const char c : text)
            mark = (mark ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        mark = (mark ^ 0xff) * 0x100000001b3; // no UTF-8 has this byte: it parts the texts
    };
    mix(e.endpoint);
    mix(e.envelope.id);
    mix(std::to_string(e.received.time_since_epoch().count()));
    return fmt::format("{}-{:016x}", e.offset, mark);
}

void append_message(std::string& lines, const store::stored_event& e) {
    lines += "id: " + stream_id(e) + "\ndata: ";
    append_json(lines, e, false);
    lines += '\n';
}

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
