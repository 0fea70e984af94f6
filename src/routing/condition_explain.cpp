#include "routing/compiled_condition.hpp"

#include <algorithm>
#include <vector>

namespace webhookd::routing {

namespace {

constexpr std::size_t most_values = 5;

/// A body, and the body with the same members that is quoted.
struct explained_body {
    const event::json_value& root;
    const event::json_value& shown;
};

/// What is quoted of each of a pointer's values, in the order in which they are visited.
std::vector<const event::json_value*> shown_values(const compiled_node& node, const explained_body& body) {
    std::vector<const event::json_value*> values;
    any_value(body.shown, node.steps, [&](const event::json_value& value) {
        values.push_back(&value);
        return false;
    });
    return values;
}

/// The values at a pointer: the one that passed, or else the first few.
std::string found_text(const compiled_node& node, const explained_body& body) {
    const auto shown = shown_values(node, body);
    std::string all;
    std::size_t count = 0;
    std::string passed;
    any_value(body.root, node.steps, [&](const event::json_value& value) {
        const auto at = count++;
        const bool passes = node.passes(value);
        if (!passes && at >= most_values) return false;
        const auto text = at < shown.size() ? value_text(*shown[at]) : std::string("something");
        if (passes)
            passed = text;
        else
            all += (at > 0 ? ", " : "") + text;
        return passes;
    });
    if (!passed.empty()) return passed;
    if (count == 0) return "missing";
    return count > most_values ? all + " and " + std::to_string(count - most_values) + " more" : all;
}

/// The first test that a single value fails; all of them where there are more values, or none.
std::vector<value_test> decisive_tests(const compiled_node& node, const event::json_value& root) {
    const event::json_value* only = nullptr;
    const bool several = any_value(root, node.steps, [&](const event::json_value& value) {
        const bool second = only != nullptr;
        only = &value;
        return second;
    });
    if (only && !several)
        for (std::size_t i = 0; i < node.tests.size(); ++i)
            if (!node.tests[i].passes(*only)) return {node.source->tests[i]};
    return node.source->tests;
}

/// Whether `node`, or with `negated` its opposite, holds, and why.
explanation explain_node(const compiled_node& node, const explained_body& body, bool negated) {
    using kind = condition_kind;
    if (node.source->kind == kind::negation) return explain_node(node.children.front(), body, !negated);
    if (node.source->kind == kind::value) {
        explanation out{node.holds(body.root) != negated,
                        node.source->pointer + " is " + found_text(node, body)};
        if (!out.holds)
            out.why += ", wanted " +
                       wanted_text(negated ? node.source->tests : decisive_tests(node, body.root), negated);
        return out;
    }
    // Some children decide alone: those that fail where all must hold, those that hold where one must.
    // Without such a child, all of them count.
    const bool all = (node.source->kind == kind::all) != negated;
    explanation out{all, {}};
    for (const auto& child : node.children) {
        auto one = explain_node(child, body, negated);
        if (one.holds != all) return one;
        out.why += (out.why.empty() ? "" : "; ") + one.why;
    }
    return out;
}

} // namespace

explanation condition::explain(const event::document& body, const event::document& shown) const {
    return explain_node(compiled_->root, {body.root(), shown.root()}, false);
}

} // namespace webhookd::routing
