#include <webhookd/text/encoding.hpp>
#include <webhookd/text/json_writer.hpp>

#include "handler/forward/post.hpp"

#include <string_view>

namespace webhookd::handler::forward {
namespace {

// The approximate size of the members around the event.
constexpr std::size_t around = 1024;

std::string end_with(text::json_writer& out, std::string_view name, std::string_view body,
                     event::redaction redact) {
    std::string masked;
    if (redact.any()) body = masked = event::redacted(body, redact);
    out.raw(name, body);
    out.end_object();
    return std::string(out.view());
}

} // namespace

std::string make_envelope(const delivery& d, event::redaction redact) {
    const auto& e = d.event.envelope;
    text::json_writer out(d.event.body.size() + around);
    out.begin_object();
    out.text("id", e.id);
    out.text("endpoint", d.event.endpoint);
    out.text("type", e.type);
    out.maybe_text("created", e.created ? to_rfc3339(*e.created) : std::string());
    out.text("received", to_rfc3339(d.event.received));
    out.maybe_text("transaction_id", e.transaction_id);
    out.maybe_text("object_id", e.object_id);
    out.number("attempt", d.attempt);
    return end_with(out, "event", d.event.body, redact);
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
std::string make_cloud_event(const delivery& d, event::redaction redact) {
    const auto& e = d.event.envelope;
    const auto subject = e.object_id.empty() ? e.transaction_id : e.object_id;
    const auto key = event::ordering_key(e);
    text::json_writer out(d.event.body.size() + around);
    out.begin_object();
    out.text("specversion", "1.0");
    out.text("id", e.id);
    out.text("source", "/universign/" + text::percent_encoded(d.event.endpoint));
    out.text("type", "com.universign." + e.type);
    if (!subject.empty()) out.text("subject", subject); // an attribute is either there or not, never null
    out.text("time", to_rfc3339(e.created.value_or(d.event.received)));
    out.text("datacontenttype", "application/json");
    if (!key.empty()) out.text("partitionkey", key);
    return end_with(out, "data", d.event.body, redact);
}

} // namespace webhookd::handler::forward
