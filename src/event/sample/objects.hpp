#pragma once

#include "event/sample/story.hpp"
#include "event/sample/writer.hpp"

namespace webhookd::event::sample {

/// Each writes the members of `payload.object` (not its braces) as it stands when `type` comes about.
void write_transaction(writer& out, const story& s, const event_type& type);
void write_message(writer& out, const story& s, const event_type& type);
void write_action(writer& out, const story& s, const event_type& type);
void write_api_key(writer& out, const story& s, const event_type& type);
void write_identity_validation(writer& out, const story& s, const event_type& type);
void write_registration(writer& out, const story& s, const event_type& type);

} // namespace webhookd::event::sample
