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

/// A server-sent event whose id is the event's sequence number.
void append_message(std::string& lines, const store::stored_event& e);

} // namespace webhookd::admin
