#include "handler/forward/post.hpp"

#include <webhookd/text/ascii.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/text/json_writer.hpp>

#include <algorithm>

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

bool has_control(std::string_view value) {
    return std::any_of(value.begin(), value.end(),
                       [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
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

result<configured_headers> configured_headers::make(const std::map<std::string, std::string>& headers) {
    configured_headers made;
    for (const auto& [name, value] : headers) {
        const auto refused = [&name = name](const std::string& why) {
            return failure{errc::configuration_invalid, "headers." + name + ": " + why};
        };
        if (const auto mistake = config::header_name_mistake(name)) return refused(*mistake);
        auto lower_name = text::to_lower(name);
        if (made.has(lower_name)) return refused("stands there twice; headers know no upper and lower case");
        if (has_control(value)) return refused("holds a line break or another control character");
        auto parsed = config::header_template::parse(value);
        if (!parsed) return refused(parsed.error().detail);
        made.names_.push_back(std::move(lower_name));
        if (parsed->is_constant())
            made.constant_.push_back(name + ": " + value);
        else
            made.templated_.push_back({name + ": ", std::move(*parsed)});
    }
    return made;
}

bool configured_headers::has(std::string_view lower_case_name) const {
    return std::find(names_.begin(), names_.end(), lower_case_name) != names_.end();
}

void configured_headers::render(const delivery& d, std::vector<std::string>& lines) const {
    for (const auto& header : templated_) {
        auto line = header.start;
        forward::render(header.value, d, line);
        lines.push_back(std::move(line));
    }
}

} // namespace webhookd::handler::forward
