#pragma once

#include <webhookd/store/event.hpp>
#include <webhookd/store/purge.hpp>

#include "admin/json.hpp"

namespace webhookd::admin {

/// What a list shows of an event. Leaves the object open, for more members.
void write_envelope(json_answer& json, const store::stored_event& e);

/// The response body that Universign's API returned (`payload.object`) as JSON, the body as it was received,
/// and the proof that it is Universign's; `jwk` is the key that proved it. All are null once they were
/// purged, and `payload_purged` says so.
void write_payload(json_answer& json, const store::stored_event& e, std::string_view jwk);

/// `erased`: when and by whom, or null.
void write_erasure(json_answer& json, const std::optional<store::erasure>& e);

} // namespace webhookd::admin
