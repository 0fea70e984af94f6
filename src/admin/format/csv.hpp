#pragma once

#include <webhookd/store/event.hpp>

#include <string>
#include <string_view>

namespace webhookd::admin {

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
