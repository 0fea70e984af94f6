#include <webhookd/event/event_type.hpp>
#include <webhookd/routing/condition.hpp>

#include "config/condition_reader.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::config {
namespace {

using kind = routing::condition_kind;
using routing::scalar;
using routing::test_kind;

bool is_plain_number(const yaml_node& node) {
    return node.kind == yaml_node::kind::scalar && node.plain && is_json_number(node.text);
}

/// The one place in an event whose usual values are known. Others can come, so that this is a warning and no
/// more.
void check_stall_reason(load_pass& in, const yaml_node& node, const std::string& path) {
    std::vector<std::string_view> known;
    for (const auto& reason : event::stall_reasons())
        known.push_back(reason.name);
    if (node.kind != yaml_node::kind::scalar || node.text.find("${") != std::string::npos) return;
    if (std::find(known.begin(), known.end(), node.text) != known.end()) return;
    in.warning(node.at, path,
               in_quotes(node.text) + " is not a documented reason" + did_you_mean(node.text, known));
}

} // namespace

std::optional<scalar> condition_reader::read_scalar(const yaml_node& node, const std::string& path) {
    scalar out;
    if (node.is_null()) return out;
    if (is_plain_number(node)) {
        out.value = routing::number{node.text};
        return out;
    }
    if (node.kind != yaml_node::kind::scalar) {
        in_.error(node.at, path,
                  "must be a text, a number, true, false or null, not " + std::string(describe_kind(node)));
        return std::nullopt;
    }
    if (const auto truth = node.plain ? parse_truth(node.text) : std::nullopt) {
        out.value = *truth;
        return out;
    }
    auto text = in_.read_text(node, path, true);
    if (!text) return std::nullopt;
    out.value = std::move(text->value);
    if (text->referenced) out.shown = std::move(text->raw);
    return out;
}

routing::value_test condition_reader::read_values(const yaml_node& node, const std::string& pointer,
                                                  const std::string& path) {
    routing::value_test test{.kind = test_kind::one_of};
    const auto add = [&](const yaml_node& item, const std::string& where) {
        if (auto value = read_scalar(item, where)) test.operands.push_back(std::move(*value));
        if (pointer == "/payload/object/stalled_reason") check_stall_reason(in_, item, where);
    };
    if (node.kind != yaml_node::kind::sequence) {
        add(node, path);
        return test;
    }
    if (node.items.empty()) in_.error(node.at, path, "is an empty list, which nothing is in");
    for (std::size_t i = 0; i < node.items.size(); ++i)
        add(*node.items[i], path + '[' + std::to_string(i) + ']');
    return test;
}

routing::condition_tree condition_reader::read_wanted(const yaml_node& node, const std::string& pointer,
                                                      const std::string& path, std::size_t depth) {
    if (!admit(node.at, path, depth)) return {};
    if (node.kind == yaml_node::kind::map) return read_operators(node, pointer, path, depth);
    tree value{.kind = kind::value, .pointer = pointer};
    value.tests.push_back(read_values(node, pointer, path));
    return value;
}

routing::condition_tree condition_reader::read_operators(const yaml_node& map, const std::string& pointer,
                                                         const std::string& path, std::size_t depth) {
    object_reader in(in_, &map, path, {});
    for (const auto key : operators)
        in.know(key);
    tree value{.kind = kind::value, .pointer = pointer};
    read_equality(in, "equals", false, value);
    read_equality(in, "one_of", true, value);
    read_number(in, "gt", test_kind::more, value);
    read_number(in, "gte", test_kind::at_least, value);
    read_number(in, "lt", test_kind::less, value);
    read_number(in, "lte", test_kind::at_most, value);
    read_text_test(in, "contains", test_kind::contains, value);
    read_text_test(in, "matches", test_kind::matches, value);

    tree out;
    bool exists = true;
    if (in.flag("exists", exists)) {
        if (!exists && !value.tests.empty())
            in.error("exists", "is false beside operators that only a value can pass: this never holds");
        if (exists) {
            value.tests.push_back({});
        } else {
            auto& negation = out.children.emplace_back(tree{.kind = kind::negation});
            negation.children.push_back({.kind = kind::value, .pointer = pointer, .tests = {{}}});
        }
    }
    if (const auto* node = in.find("not")) {
        auto& negation = out.children.emplace_back(tree{.kind = kind::negation});
        negation.children.push_back(read_wanted(*node, pointer, in.path("not"), depth + 2));
    }
    in.finish();
    if (map.entries.empty())
        in_.error(map.at, path, "is empty; it needs at least one operator, such as { equals: open }");
    if (!value.tests.empty()) out.children.insert(out.children.begin(), std::move(value));
    if (out.children.size() == 1) return tree(std::move(out.children.front()));
    return out;
}

void condition_reader::read_equality(object_reader& in, std::string_view key, bool list, tree& value) {
    const auto* node = in.find(key);
    if (!node || !admit(node->at, in.path(key), 1)) return;
    if (list != (node->kind == yaml_node::kind::sequence)) {
        in.error(key, list ? "must be a list of values, not " + std::string(describe_kind(*node)) +
                                 "; one value belongs under `equals`"
                           : "must be one value, not " + std::string(describe_kind(*node)) +
                                 "; several belong under `one_of`");
        return;
    }
    value.tests.push_back(read_values(*node, value.pointer, in.path(key)));
}

void condition_reader::read_number(object_reader& in, std::string_view key, test_kind kind, tree& value) {
    const auto* node = in.find(key);
    if (!node || !admit(node->at, in.path(key), 1)) return;
    if (!is_plain_number(*node))
        in.error(key, "must be a number, not " + std::string(describe_kind(*node)));
    else if (auto number = read_scalar(*node, in.path(key)))
        value.tests.push_back({kind, {std::move(*number)}});
}

void condition_reader::read_text_test(object_reader& in, std::string_view key, test_kind kind, tree& value) {
    const auto* node = in.find(key);
    if (!node || !admit(node->at, in.path(key), 1)) return;
    if (kind == test_kind::contains) {
        // Of an array's elements anything may be asked, of a text only a text.
        auto part = read_scalar(*node, in.path(key));
        if (part && part->value == scalar{.value = std::string()}.value)
            in.error(key, "must not be empty: every text contains nothing");
        else if (part)
            value.tests.push_back({kind, {std::move(*part)}});
        return;
    }
    auto expression = in.text_at(key);
    if (!expression) return;
    const auto checked = routing::check_regular_expression(expression->value, !expression->referenced);
    if (!checked) {
        in_.error(*expression, in_quotes(expression->raw) +
                                   " is no regular expression that can be used: " + checked.error().detail);
        return;
    }
    scalar operand{.value = std::move(expression->value)};
    if (expression->referenced) operand.shown = std::move(expression->raw);
    value.tests.push_back({kind, {std::move(operand)}});
}

} // namespace webhookd::config
