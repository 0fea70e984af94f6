#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/store/delivery.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event.hpp>
#include <webhookd/store/purge.hpp>

#include "admin/format/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::admin {

struct missing_event;

// Events and deliveries in JSON, and events in CSV.

/// What a list shows of an event. Leaves the object open, for more members.
void write_envelope(json_response& json, const store::stored_event& e);

/// The response body that Universign's API returned (`payload.object`) as JSON, the body as it was received,
/// and the proof that it is Universign's; `key` proved it. All are null once they were
/// purged, and `payload_purged` says so.
void write_payload(json_response& json, const store::stored_event& e, const store::kept_key& key);

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

/// A delivery's state as the API writes it: pending, successful, failed, discarded.
[[nodiscard]] const char* name_of(store::delivery_state s);

/// Leaves the object open, as the next, for more members.
void write(json_response& json, const store::delivery_record& d);

/// With its sample.
void write(json_response& json, const store::failure_group& g);

/// `discards`: when, by whom and why a delivery was given up, oldest first.
void write_discards(json_response& json, const std::vector<store::discard_record>& discards);

/// The deliveries of each event.
[[nodiscard]] result<std::vector<store::delivery_counts>>
count_deliveries(store::delivery_query& store, const std::vector<store::stored_event>& events);

/// How many deliveries an event has, by state.
void write(json_response& json, const store::delivery_counts& counts);

/// `history`: the attempts of a delivery, oldest first.
void write_history(json_response& json, const std::vector<store::attempt>& attempts);

/// How a handler is doing, and how many deliveries wait for it.
void write(json_response& json, const delivery::handler_status& handler, std::int64_t waiting, timestamp now);

/// Appends a field of a CSV line (RFC 4180), in quotes where it needs them. What a spreadsheet would run as a
/// formula gets an apostrophe in front (OWASP, "CSV Injection"), at the beginning of the field and wherever a
/// spreadsheet that splits lines elsewhere would begin another cell: after `;`, `,`, `|`, a tab or a line
/// break. A formula begins with `=`, `+`, `-`, `@` or a wide or small form of these, be there apostrophes,
/// blanks, controls or quotes before it; a field also where it begins with a tab or a line break.
///
/// To read the original back: wherever a cell begins, apostrophes may come first, then anything that the
/// eye does not see, then one of these signs; if there are apostrophes, take one away. Nothing else was
/// added, for an apostrophe that stood there before has got a second one.
void append_field(std::string& line, std::string_view text);

/// Columns are only ever added at the end.
inline constexpr std::string_view csv_header =
    "id,type,created,received,endpoint,transaction_id,object_type,object_id,state,stalled_reason,api_key,"
    "user_id,trace_id,source\r\n";

void append_csv(std::string& lines, const store::stored_event& e);

} // namespace webhookd::admin
