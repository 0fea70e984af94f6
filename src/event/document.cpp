#include <webhookd/event/document.hpp>
#include <webhookd/event/json_text.hpp>

#include "event/json.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <utility>

namespace webhookd::event {

struct document::content {
    content()
        : pool(memory, sizeof memory)
        , dom(&pool) {} // does not initialise `memory`: that would cost more

    // Room for a usual body and its values, so that one allocation serves the whole document.
    alignas(std::max_align_t) char memory[24 * 1024];
    rapidjson::MemoryPoolAllocator<> pool;
    rapidjson::Document dom;
};

document::document(std::unique_ptr<content> c) noexcept
    : content_(std::move(c)) {}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

result<document> document::parse(std::string_view body, const parse_limits& limits) {
    auto c = std::make_unique<content>();
    if (const auto parsed = parse_json(body, limits, c->dom); !parsed) return parsed.error();
    if (!c->dom.IsObject()) return failure{errc::not_json, "byte 0: An event is a JSON object."};
    return document(std::move(c));
}

const json_value& document::root() const noexcept {
    return content_->dom;
}

const json_value* document::child(const json_value& parent, std::string_view step) noexcept {
    if (!parent.IsArray()) return json::member(parent, step);
    const auto index = json::array_index(step);
    return index && *index < parent.Size() ? &parent[*index] : nullptr;
}

const json_value* document::find(const json_pointer& where) const noexcept {
    const json_value* at = &root();
    for (const auto& step : where.steps()) {
        at = child(*at, step);
        if (!at) return nullptr;
    }
    return at;
}

} // namespace webhookd::event
