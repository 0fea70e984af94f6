#pragma once

#include <webhookd/store/event.hpp>
#include <webhookd/store/purge.hpp>

#include "admin/format/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace webhookd::admin {

struct missing_event;

/// What a list shows of an event. Leaves the object open, for more members.
void write_envelope(json_response& json, const store::stored_event& e);

/// The response body that Universign's API returned (`payload.object`) as JSON, the body as it was received,
/// and the proof that it is Universign's; `jwk` is the key that proved it. All are null once they were
/// purged, and `payload_purged` says so.
void write_payload(json_response& json, const store::stored_event& e, std::string_view jwk);

/// `erased`: when and by whom, or null.
void write_erasure(json_response& json, const std::optional<store::erasure>& e);

/// One JSON object, as a list has it, and a line feed. `payload`: with `raw_body` and `signature` besides,
/// and `payload_purged` where these are no longer kept.
void append_json(std::string& lines, const store::stored_event& e, bool payload);

/// What a client of the live tail comes back with: the event's number in this database, and a mark of the
/// event itself. In another life of the database, a restored backup for one, the same number may be another
/// event's.
[[nodiscard]] std::string stream_id(const store::stored_event& e);

/// A server-sent event with that id.
void append_message(std::string& lines, const store::stored_event& e);

/// An event that must have been sent and is not here: what proves it, and when Universign tries again.
void write(json_response& json, const missing_event& gap, timestamp now);

} // namespace webhookd::admin
