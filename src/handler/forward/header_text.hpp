#pragma once

#include <webhookd/config/header.hpp>
#include <webhookd/handler/handler.hpp>

#include <string>
#include <string_view>

namespace webhookd::handler::forward {

/// Appends a configured value as it is for one attempt. What the event does not have is empty.
void render(const config::header_template& value, const delivery& d, std::string& out);

/// Appends the printable ASCII of an event's text: line breaks, control characters and other bytes could
/// begin a header of their own, or be read differently by different receivers.
void append_header_text(std::string_view text, std::string& out);

} // namespace webhookd::handler::forward
