#include <webhookd/event/document.hpp>
#include <webhookd/event/json_pointer.hpp>
#include <webhookd/routing/condition.hpp>

#include "require.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace webhookd;
using routing::condition;
using routing::condition_kind;
using routing::condition_tree;
using routing::test_kind;

namespace {

std::string_view take_line(std::string_view& input) {
    const auto end = std::min(input.find('\n'), input.size());
    const auto line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    return line;
}

condition_tree negated(condition_tree tree) {
    return {.kind = condition_kind::negation, .children = {std::move(tree)}};
}

/// Compiles, and then explains what it answers, and negated answers the opposite. nullopt when it is refused.
bool holds(const condition_tree& tree, const event::document& body) {
    const auto compiled = condition::compile(tree);
    if (!compiled) {
        require(compiled.error().code == errc::argument_invalid);
        require(condition::compile(negated(tree)).has_error());
        return false;
    }
    const bool answer = compiled->holds(body);
    const auto explained = compiled->explain(body);
    require(explained.holds == answer && explained.why.size() < 10'000);
    require(routing::describe(tree).size() < 10'000);
    const auto opposite = condition::compile(negated(tree)).value();
    require(opposite.holds(body) == !answer && opposite.explain(body).holds == !answer);
    return answer;
}

} // namespace

/// The input is a pointer in its first line, an operand in its second, and a body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string pointer(take_line(input).substr(0, 200));
    const std::string text(take_line(input).substr(0, 200));
    const auto body = event::document::parse(input);
    const auto parsed = event::json_pointer::parse(pointer);
    if (!body || !parsed) return 0;

    const auto value = [&](test_kind kind, std::vector<routing::scalar> operands) {
        return condition_tree{
            .kind = condition_kind::value, .pointer = pointer, .tests = {{kind, std::move(operands)}}};
    };
    const bool there = holds(value(test_kind::exists, {}), *body);
    const auto number = static_cast<std::int64_t>(text.size());
    const std::array tests{
        value(test_kind::one_of, {{text}, {number}, {nullptr}, {true}}),
        value(test_kind::more, {{number}}),
        value(test_kind::at_most, {{number}}),
        value(test_kind::contains, {{text}}),
        value(test_kind::matches, {{text}}),
    };
    bool any = false;
    bool all = true;
    condition_tree every{.kind = condition_kind::all};
    for (const auto& tree : tests) {
        const bool answer = holds(tree, *body);
        require(there || !answer);
        if (condition::compile(tree).has_error()) continue;
        any = any || answer;
        all = all && answer;
        every.children.push_back(tree);
    }
    require(holds(every, *body) == all);
    every.kind = condition_kind::any;
    require(holds(every, *body) == any);
    if (pointer.find('*') == std::string::npos) {
        require(there == (body->find(*parsed) != nullptr));
        // A number is above, or at most, and never both.
        require(!(holds(tests[1], *body) && holds(tests[2], *body)));
    }
    return 0;
}
