#include <webhookd/event/json_pointer.hpp>
#include <webhookd/routing/condition.hpp>

#include "routing/compiled_condition.hpp"

#include <utility>

namespace webhookd::routing {

namespace {

failure invalid(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

result<compiled_test> compile_test(const value_test& test) {
    compiled_test out;
    out.kind = test.kind;
    if (test.kind == test_kind::exists) {
        if (!test.operands.empty()) return invalid("`exists` takes no operand");
        return out;
    }
    if (test.operands.empty()) return invalid("a test without an operand");
    if (test.kind == test_kind::one_of) {
        out.operands = scalar_set(test.operands);
        return out;
    }
    if (test.operands.size() != 1) return invalid("a test with more than one operand");
    const auto& operand = test.operands.front();
    const auto* text = std::get_if<std::string>(&operand.value);
    if (test.kind == test_kind::contains) {
        out.operands = scalar_set(test.operands);
        if (text) out.part = *text;
    } else if (test.kind == test_kind::matches) {
        if (!text) return invalid("a regular expression is a text");
        auto expression = regular_expression::compile(*text, operand.shown.empty());
        if (!expression) return expression.error();
        out.expression = std::move(*expression);
    } else {
        auto number = operand_number::of(operand);
        if (!number) return invalid("only numbers are more or less than others");
        out.number = std::move(*number);
    }
    return out;
}

class compiler {
public:
    result<compiled_node> node(const condition_tree& tree, std::size_t depth) {
        using kind = condition_kind;
        if (depth > condition::max_depth) return invalid("conditions nest deeper than 32");
        compiled_node out;
        out.source = &tree;
        if (tree.kind == kind::value) return value(tree, std::move(out));
        // Only the whole condition may be empty: whether an empty list holds would be a mere convention.
        if (tree.children.empty() && depth > 1) return invalid("a condition that asks nothing");
        if (tree.kind == kind::negation && tree.children.size() != 1)
            return invalid("`not` negates one thing");
        out.children.reserve(tree.children.size());
        for (const auto& child : tree.children) {
            auto compiled = node(child, depth + 1);
            if (!compiled) return compiled.error();
            out.children.push_back(std::move(*compiled));
        }
        return out;
    }

private:
    result<compiled_node> value(const condition_tree& tree, compiled_node out) {
        auto pointer = event::json_pointer::parse(tree.pointer);
        if (!pointer) return pointer.error();
        out.steps = pointer->steps();
        if (tree.tests.empty()) return invalid("a pointer without a test");
        for (const auto& test : tree.tests) {
            if (++tests_ > condition::max_tests) return invalid("more than 256 tests");
            auto compiled = compile_test(test);
            if (!compiled) return compiled.error();
            out.tests.push_back(std::move(*compiled));
        }
        return out;
    }

    std::size_t tests_ = 0;
};

} // namespace

condition::condition(std::shared_ptr<const compiled> c) noexcept
    : compiled_(std::move(c)) {}

result<condition> condition::compile(condition_tree tree) {
    auto whole = std::make_shared<compiled>(compiled{std::move(tree)});
    if (whole->tree.kind == condition_kind::any && whole->tree.children.empty())
        return invalid("a condition that asks nothing");
    auto root = compiler().node(whole->tree, 1);
    if (!root) return root.error();
    whole->root = std::move(*root);
    return condition(std::move(whole));
}

const condition_tree& condition::tree() const noexcept {
    return compiled_->tree;
}

} // namespace webhookd::routing
