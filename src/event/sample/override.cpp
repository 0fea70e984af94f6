#include <webhookd/event/json_pointer.hpp>
#include <webhookd/event/json_text.hpp>

#include "event/json.hpp"
#include "event/sample/objects.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace webhookd::event::sample {

namespace {

using rapidjson::Value;
using pool = rapidjson::Document::AllocatorType;

Value string_value(std::string_view text, pool& memory) {
    return Value(text.data(), static_cast<rapidjson::SizeType>(text.size()), memory);
}

/// JSON when it parses as JSON, else the text itself.
Value parse_value(std::string_view text, pool& memory) {
    rapidjson::Document parsed(&memory); // whose values live with those of the sample
    if (!parse_json(text, {}, parsed)) return string_value(text, memory);
    Value value;
    value.Swap(parsed);
    return value;
}

Value missing_parent(const std::string& next_step) {
    return Value(next_step == "0" || next_step == "-" ? rapidjson::kArrayType : rapidjson::kObjectType);
}

Value* member_of(Value& parent, const std::string& name, pool& memory) {
    if (const auto* found = json::member(parent, name)) return const_cast<Value*>(found);
    parent.AddMember(string_value(name, memory), Value(), memory);
    return &(parent.MemberEnd() - 1)->value;
}

/// Null for an element beyond the end.
Value* element_of(Value& parent, const std::string& step, pool& memory) {
    const auto index = step == "-" ? parent.Size() : json::array_index(step);
    if (!index || *index > parent.Size()) return nullptr;
    if (*index == parent.Size()) parent.PushBack(Value(), memory);
    return &parent[*index];
}

} // namespace

result<void> apply(rapidjson::Document& target, const override_value& change) {
    const auto pointer = json_pointer::parse(change.pointer);
    if (!pointer) return pointer.error();
    const auto& steps = pointer->steps();
    const auto cannot = [&](std::string_view why) {
        return failure{errc::argument_invalid, std::string(pointer->text()).append(": ").append(why)};
    };
    if (steps.empty())
        return cannot("the whole event cannot be replaced; name a member, as /payload/object/state");

    auto& memory = target.GetAllocator();
    Value* at = &target;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (at->IsNull()) *at = missing_parent(steps[i]);
        if (at->IsObject())
            at = member_of(*at, steps[i], memory);
        else if (at->IsArray())
            at = element_of(*at, steps[i], memory);
        else
            return cannot("the way leads through a text, a number or a truth value");
        if (!at)
            return cannot("an array takes an index up to its length, or `-` for a new element at its end");
    }
    *at = parse_value(change.value, memory);
    return {};
}

} // namespace webhookd::event::sample
