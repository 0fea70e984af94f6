#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/routing/condition.hpp>

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Conditions written short.
namespace webhookd::test {

inline event::document body_of(std::string_view json) {
    return event::document::parse(json).value();
}

inline routing::scalar operand(const char* text) {
    return {.value = std::string(text)};
}
template <class Value>
routing::scalar operand(Value value) {
    if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>)
        return {.value = routing::number{fmt::format("{}", value)}};
    else
        return {.value = std::move(value)};
}

template <class... Operands>
routing::value_test passes(routing::test_kind kind, Operands... operands) {
    return {kind, {operand(operands)...}};
}

inline routing::condition_tree at(std::string pointer, std::vector<routing::value_test> tests) {
    return {.kind = routing::condition_kind::value, .pointer = std::move(pointer), .tests = std::move(tests)};
}

template <class... Operands>
routing::condition_tree equals(std::string pointer, Operands... operands) {
    return at(std::move(pointer), {passes(routing::test_kind::one_of, operands...)});
}

inline routing::condition_tree all_of(std::vector<routing::condition_tree> children) {
    return {.kind = routing::condition_kind::all, .children = std::move(children)};
}
inline routing::condition_tree any_of(std::vector<routing::condition_tree> children) {
    return {.kind = routing::condition_kind::any, .children = std::move(children)};
}
inline routing::condition_tree negation_of(routing::condition_tree child) {
    return {.kind = routing::condition_kind::negation, .children = {std::move(child)}};
}

inline bool holds(const routing::condition_tree& tree, std::string_view json) {
    return routing::condition::compile(tree).value().holds(body_of(json));
}

} // namespace webhookd::test
