#pragma once

#include <string>
#include <string_view>

namespace webhookd::admin {

/// Appends a field of a CSV line (RFC 4180), in quotes where it needs them. A text that a spreadsheet would
/// run as a formula, because it begins with `=`, `+`, `-`, `@`, a tab or a line break, gets an apostrophe in
/// front (OWASP, "CSV Injection").
void append_field(std::string& line, std::string_view text);

} // namespace webhookd::admin
