#include <webhookd/event/metadata.hpp>

#include "event/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace webhookd::event {

std::string metadata_text(const document& body) {
    const auto* payload = json::member(body.root(), "payload");
    const auto* object = payload ? json::member(*payload, "object") : nullptr;
    const auto* metadata = object ? json::member(*object, "metadata") : nullptr;
    if (!metadata || !metadata->IsObject() || metadata->ObjectEmpty()) return {};
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    if (!metadata->Accept(writer) || text.GetSize() > max_metadata) return {};
    return {text.GetString(), text.GetSize()};
}

} // namespace webhookd::event
