#include "admin/event_lines.hpp"

#include "admin/csv.hpp"
#include "admin/event_json.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace webhookd::admin {

void append_csv(std::string& lines, const store::stored_event& e) {
    const auto& v = e.envelope;
    const auto field = [&](std::string_view text) {
        append_field(lines, text);
        lines += ',';
    };
    field(v.id);
    field(v.type);
    field(v.created ? to_rfc3339(*v.created) : std::string());
    field(to_rfc3339(e.received));
    field(e.endpoint);
    field(v.transaction_id);
    field(v.object_type);
    field(v.object_id);
    field(v.state);
    field(v.stalled_reason);
    field(v.api_key);
    field(v.user_id);
    field(v.trace_id);
    append_field(lines, e.source);
    lines += "\r\n";
}

void append_json(std::string& lines, const store::stored_event& e, bool payload) {
    json_answer json;
    write_envelope(json, e);
    if (payload) {
        json.maybe_text("raw_body", e.body);
        json.maybe_text("signature", e.signature);
        json.maybe_text("key_id", e.key_id);
        json.flag("payload_purged", e.body.empty());
    }
    json.end_object();
    lines += json.view();
    lines += '\n';
}

std::string stream_id(const store::stored_event& e) {
    // FNV-1a: nobody gains anything by a second event with the same mark.
    std::uint64_t mark = 0xcbf29ce484222325;
    const auto mix = [&mark](std::string_view text) {
        for (const char c : text)
            mark = (mark ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        mark = (mark ^ 0xff) * 0x100000001b3; // no UTF-8 has this byte: it parts the texts
    };
    mix(e.endpoint);
    mix(e.envelope.id);
    mix(std::to_string(e.received.time_since_epoch().count()));
    return fmt::format("{}-{:016x}", e.seq, mark);
}

void append_message(std::string& lines, const store::stored_event& e) {
    lines += "id: " + stream_id(e) + "\ndata: ";
    append_json(lines, e, false);
    lines += '\n';
}

} // namespace webhookd::admin
