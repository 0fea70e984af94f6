#pragma once

#include <webhookd/store/event.hpp>

#include <string>
#include <string_view>

/// Events as lines of the streamed forms.
namespace webhookd::admin {

/// Columns are only ever added at the end.
inline constexpr std::string_view csv_header =
    "id,type,created,received,endpoint,transaction_id,object_type,object_id,state,stalled_reason,api_key,"
    "user_id,trace_id,source\r\n";

void append_csv(std::string& lines, const store::stored_event& e);

/// One JSON object, as a list has it, and a line feed. `payload`: with `raw_body` and `signature` besides,
/// and `payload_purged` where these are no longer kept.
void append_json(std::string& lines, const store::stored_event& e, bool payload);

/// What a client of the live tail comes back with: the event's number in this database, and a mark of the
/// event itself. In another life of the database, a restored backup for one, the same number may be another
/// event's.
[[nodiscard]] std::string stream_id(const store::stored_event& e);

/// A server-sent event with that id.
void append_message(std::string& lines, const store::stored_event& e);

} // namespace webhookd::admin
