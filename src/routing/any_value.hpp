#pragma once

#include <webhookd/event/document.hpp>

#include <rapidjson/document.h>

#include <span>
#include <string>

namespace webhookd::routing {

/// Whether `use` is true for one of the values that a pointer names (see `condition`); stops at the first.
/// Each step goes a level down, so that no value is visited twice, and no pointer has more than 64 steps.
template <class Use>
bool any_value(const event::json_value& at, std::span<const std::string> steps, const Use& use) {
    if (steps.empty()) return use(at);
    const auto rest = steps.subspan(1);
    if (at.IsArray() && steps.front() == "*") {
        for (const auto& element : at.GetArray())
            if (any_value(element, rest, use)) return true;
        return false;
    }
    const auto* next = event::document::child(at, steps.front());
    return next && any_value(*next, rest, use);
}

} // namespace webhookd::routing
