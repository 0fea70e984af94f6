#include "event/json.hpp"

#include <charconv>
#include <system_error>

namespace webhookd::event::json {

const json_value* member(const json_value& parent, std::string_view name) noexcept {
    if (!parent.IsObject()) return nullptr;
    for (auto m = parent.MemberEnd(); m != parent.MemberBegin();) {
        --m;
        if (text(m->name) == name) return &m->value;
    }
    return nullptr;
}

std::optional<rapidjson::SizeType> array_index(std::string_view step) noexcept {
    if (step.empty() || (step.front() == '0' && step.size() > 1)) return {};
    rapidjson::SizeType index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error != std::errc{} || end != step.data() + step.size()) return {};
    return index;
}

} // namespace webhookd::event::json
