#include <webhookd/event/document.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/event/json_text.hpp>
#include <webhookd/event/sample.hpp>

#include "event/sample/objects.hpp"
#include "event/sample/scenario.hpp"

#include <rapidjson/stringbuffer.h>

namespace webhookd::event {

namespace {

using sample::scenario;
using sample::writer;

void write_object(writer& out, const scenario& s, const event_type& type) {
    switch (type.group) {
    case group::apikey:
        return write_api_key(out, s, type);
    case group::transaction:
        return type.name == "transaction.chat.message.received" ? write_message(out, s, type)
                                                                : write_transaction(out, s, type);
    case group::action:
        return write_action(out, s, type);
    case group::identity_validation:
        return write_identity_validation(out, s, type);
    case group::registration:
        return write_registration(out, s, type);
    }
}

void write_event(writer& out, const scenario& s, const event_type& type) {
    out.object("", [&] {
        out.put("object", "event");
        out.put("id", s.id("evt", type.name, 22));
        out.put("type", type.name);
        out.put_epoch("createdAt", s.time_of(type.name));
        out.put("user_id", s.id("usr"));
        out.put("trace_id", s.id("trc", type.name, 16));
        out.put("api_key_id", s.id("apk"));
        out.object("payload", [&] { out.object("object", [&] { write_object(out, s, type); }); });
    });
}

using rapidjson::StringBuffer;

result<std::string> serialise(const rapidjson::Document& event, bool indented) {
    auto body = write_json(event, indented);
    // The writer accepts any bytes as text: only parsing shows whether the overrides made invalid JSON.
    if (!document::parse(body)) return failure{errc::argument_invalid, "an override is not UTF-8"};
    return body;
}

} // namespace

result<std::string> make_sample(std::string_view type, const sample_world& world,
                                const std::vector<override_value>& overrides) {
    const auto* known = find_type(type);
    if (!known) {
        std::string why = "the catalogue has no type of this name";
        if (const auto near = nearest_type(type)) why.append("; did you mean ").append(*near).append("?");
        return failure{errc::argument_invalid, std::move(why)};
    }
    StringBuffer buffer;
    const scenario s(world);
    writer out(buffer, s.has_whole_seconds());
    write_event(out, s, *known);
    const bool indented = world.seed % 2 == 0;
    if (!indented && overrides.empty()) return std::string(buffer.GetString(), buffer.GetSize());

    rapidjson::Document event;
    if (const auto parsed = parse_json({buffer.GetString(), buffer.GetSize()}, {}, event); !parsed)
        return parsed.error();
    for (const auto& change : overrides)
        if (const auto applied = sample::apply(event, change); !applied) return applied.error();
    return serialise(event, indented);
}

} // namespace webhookd::event
