#include <webhookd/event/json_text.hpp>
#include <webhookd/event/metadata.hpp>

#include "event/json.hpp"

namespace webhookd::event {

std::string metadata_text(const document& body) {
    const auto* payload = json::member(body.root(), "payload");
    const auto* object = payload ? json::member(*payload, "object") : nullptr;
    const auto* metadata = object ? json::member(*object, "metadata") : nullptr;
    if (!metadata || !metadata->IsObject() || metadata->ObjectEmpty()) return {};
    auto text = write_json(*metadata);
    if (text.size() > max_metadata) text.clear();
    return text;
}

} // namespace webhookd::event
