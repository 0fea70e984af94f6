#pragma once

#include <webhookd/event/redaction.hpp>
#include <webhookd/handler/handler.hpp>

#include <string>

/// The bodies around an event; their members stand in make_forward_handler's contract. The event goes in
/// byte for byte, but for what is redacted, which keeps its numbers and the order of its members: it was
/// proven to be a JSON object when it arrived.
namespace webhookd::handler::forward {

[[nodiscard]] std::string make_envelope(const delivery& d, event::redaction redact = {});
[[nodiscard]] std::string make_cloud_event(const delivery& d, event::redaction redact = {});

} // namespace webhookd::handler::forward
