#include "handler/forward/header_text.hpp"

namespace webhookd::handler::forward {
namespace {

void append_field(config::header_field field, const delivery& d, std::string& out) {
    using config::header_field;
    const auto& e = d.event.envelope;
    switch (field) {
    case header_field::event_id:
        return append_header_text(e.id, out);
    case header_field::event_type:
        return append_header_text(e.type, out);
    case header_field::event_endpoint:
        return append_header_text(d.event.endpoint, out);
    case header_field::event_transaction_id:
        return append_header_text(e.transaction_id, out);
    case header_field::event_object_id:
        return append_header_text(e.object_id, out);
    case header_field::event_object_type:
        return append_header_text(e.object_type, out);
    case header_field::event_state:
        return append_header_text(e.state, out);
    case header_field::event_trace_id:
        return append_header_text(e.trace_id, out);
    case header_field::event_created:
        if (e.created) out += to_rfc3339(*e.created);
        return;
    case header_field::event_received:
        out += to_rfc3339(d.event.received);
        return;
    case header_field::delivery_id:
        out += std::to_string(d.id);
        return;
    case header_field::attempt:
        out += std::to_string(d.attempt);
        return;
    }
}

} // namespace

void render(const config::header_template& value, const delivery& d, std::string& out) {
    for (const auto& part : value.parts()) {
        out += part.before;
        append_field(part.field, d, out);
    }
    out += value.end();
}

void append_header_text(std::string_view text, std::string& out) {
    for (const char c : text)
        if (c >= 0x20 && c < 0x7f) out += c;
}

} // namespace webhookd::handler::forward
