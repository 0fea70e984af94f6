#include "routing/any_value.hpp"
#include "routing/compiled_condition.hpp"

#include <algorithm>
#include <compare>
#include <cstring>
#include <string_view>

namespace webhookd::routing {

namespace {

/// In linear time, which std::string_view::find does not promise.
bool holds_part(std::string_view text, std::string_view part) {
    return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

} // namespace

bool compiled_test::passes(const event::json_value& value) const {
    const auto text = [&] { return std::string_view(value.GetString(), value.GetStringLength()); };
    switch (kind) {
    case test_kind::exists:
        return true;
    case test_kind::one_of:
        return operands.holds(value);
    case test_kind::more:
        return std::is_gt(number.compare(value));
    case test_kind::at_least:
        return std::is_gteq(number.compare(value));
    case test_kind::less:
        return std::is_lt(number.compare(value));
    case test_kind::at_most:
        return std::is_lteq(number.compare(value));
    case test_kind::contains:
        if (value.IsString()) return part && holds_part(text(), *part);
        return value.IsArray() && std::any_of(value.Begin(), value.End(), [this](const auto& element) {
                   return operands.holds(element);
               });
    case test_kind::matches:
        return value.IsString() && expression->finds(text());
    }
    return false;
}

bool compiled_node::passes(const event::json_value& value) const {
    return std::ranges::all_of(tests, [&](const auto& test) { return test.passes(value); });
}

bool compiled_node::holds(const event::json_value& root) const {
    const auto child_holds = [&](const compiled_node& child) { return child.holds(root); };
    switch (source->kind) {
    case condition_kind::all:
        return std::ranges::all_of(children, child_holds);
    case condition_kind::any:
        return std::ranges::any_of(children, child_holds);
    case condition_kind::negation:
        return !children.front().holds(root);
    case condition_kind::value:
        return any_value(root, steps, [this](const auto& value) { return passes(value); });
    }
    return false;
}

bool condition::holds(const event::document& body) const {
    return compiled_->root.holds(body.root());
}

} // namespace webhookd::routing
