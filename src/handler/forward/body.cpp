#include "handler/forward/body.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string_view>

namespace webhookd::handler::forward {
namespace {

// What the members around the event take, give or take.
constexpr std::size_t around = 1024;

class object_writer {
public:
    explicit object_writer(std::size_t event_bytes)
        : buffer_(nullptr, event_bytes + around)
        , json_(buffer_) {
        json_.StartObject();
    }

    void text(std::string_view name, std::string_view value) {
        string_key(name);
        json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    void text_or_null(std::string_view name, std::string_view value) {
        if (!value.empty()) return text(name, value);
        string_key(name);
        json_.Null();
    }
    void number(std::string_view name, std::uint32_t value) {
        string_key(name);
        json_.Uint(value);
    }
    [[nodiscard]] std::string end_with(std::string_view name, std::string_view body,
                                       event::redaction redact) {
        string_key(name);
        std::string masked;
        if (redact.any()) body = masked = event::redacted(body, redact);
        json_.RawValue(body.data(), body.size(), rapidjson::kObjectType);
        json_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

private:
    void string_key(std::string_view name) {
        json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> json_;
};

/// RFC 3986 §2: unreserved characters stay, all others are escaped.
std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                   "0123456789-._~";
    static constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            ((out += '%') += hex[byte >> 4]) += hex[byte & 15];
        }
    }
    return out;
}

} // namespace

std::string make_envelope(const delivery& d, event::redaction redact) {
    const auto& e = d.event.envelope;
    object_writer out(d.event.body.size());
    out.text("id", e.id);
    out.text("endpoint", d.event.endpoint);
    out.text("type", e.type);
    out.text_or_null("created", e.created ? to_rfc3339(*e.created) : std::string());
    out.text("received", to_rfc3339(d.event.received));
    out.text_or_null("transaction_id", e.transaction_id);
    out.text_or_null("object_id", e.object_id);
    out.number("attempt", d.attempt);
    return out.end_with("event", d.event.body, redact);
}

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
std::string make_cloud_event(const delivery& d, event::redaction redact) {
    const auto& e = d.event.envelope;
    const auto subject = e.object_id.empty() ? e.transaction_id : e.object_id;
    const auto key = event::ordering_key(e);
    object_writer out(d.event.body.size());
    out.text("specversion", "1.0");
    out.text("id", e.id);
    out.text("source", "/universign/" + percent_encoded(d.event.endpoint));
    out.text("type", "com.universign." + e.type);
    if (!subject.empty()) out.text("subject", subject); // an attribute is either there or not, never null
    out.text("time", to_rfc3339(e.created.value_or(d.event.received)));
    out.text("datacontenttype", "application/json");
    if (!key.empty()) out.text("partitionkey", key);
    return out.end_with("data", d.event.body, redact);
}

} // namespace webhookd::handler::forward
