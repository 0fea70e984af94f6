#include <webhookd/event/json_pointer.hpp>
#include <webhookd/routing/condition.hpp>

#include "config/condition_reader.hpp"
#include "config/sections.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace webhookd::config {
namespace {

using kind = routing::condition_kind;

bool is_one_of(std::string_view key, std::span<const std::string_view> words) {
    return std::ranges::find(words, key) != words.end();
}

/// What is wrong with a key that should be a pointer; empty: nothing.
std::string pointer_mistake(const std::string& key) {
    if (key.starts_with('/')) {
        const auto pointer = event::json_pointer::parse(key);
        return pointer ? std::string() : "is not a JSON pointer: " + pointer.error().detail;
    }
    if (is_one_of(key, condition_reader::operators))
        return "is an operator; it belongs under a JSON pointer, as in /payload/object/state: { " + key +
               ": ... }";
    return "is not a JSON pointer; write it like /payload/object/state" +
           did_you_mean(key, condition_reader::groups);
}

/// An operand that is shown as it is written may be a secret.
bool has_reference(const routing::condition_tree& tree) {
    const auto refers = [](const routing::scalar& each) { return !each.shown.empty(); };
    return std::ranges::any_of(
               tree.tests, [&](const auto& test) { return std::ranges::any_of(test.operands, refers); }) ||
           std::ranges::any_of(tree.children, has_reference);
}

/// With its operands in the place of what is shown of them.
routing::condition_tree unmasked(routing::condition_tree tree) {
    for (auto& test : tree.tests)
        for (auto& each : test.operands)
            each.shown.clear();
    for (auto& child : tree.children)
        child = unmasked(std::move(child));
    return tree;
}

} // namespace

bool condition_reader::admit(location at, const std::string& path, std::size_t depth) {
    constexpr auto most = routing::condition::max_tests;
    // One written map of operators becomes three nodes within one another at most.
    if (depth + 2 > routing::condition::max_depth) {
        in_.error(at, path, "nests too deep; no event needs that");
        return false;
    }
    if (++count_ == most + 1)
        in_.error(at, path,
                  "is one condition too many, aliases included; a route has up to " + std::to_string(most));
    return count_ <= most;
}

routing::condition_tree condition_reader::read_map(const yaml_node& map, const std::string& path,
                                                   std::size_t depth) {
    tree out;
    for (const auto& entry : map.entries)
        out.children.push_back(read_entry(entry, member_path(path, entry.key), depth + 1));
    return out;
}

routing::condition_tree condition_reader::read_entry(const yaml_entry& entry, const std::string& path,
                                                     std::size_t depth) {
    if (entry.key == "not") {
        tree out{.kind = kind::negation};
        out.children.push_back(read_inner_map(*entry.value, path, depth + 1));
        return out;
    }
    if (is_one_of(entry.key, groups)) return read_list(entry, path, depth);
    if (auto mistake = pointer_mistake(entry.key); !mistake.empty())
        in_.error(entry.at, path, std::move(mistake));
    return read_wanted(*entry.value, entry.key, path, depth);
}

routing::condition_tree condition_reader::read_inner_map(const yaml_node& node, const std::string& path,
                                                         std::size_t depth) {
    if (!admit(node.at, path, depth)) return {};
    if (node.kind != yaml_node::kind::map) {
        in_.error(node.at, path,
                  "must be a map of conditions, not " + std::string(describe_kind(node)) +
                      "; write it like { /payload/object/state: open }");
        return {};
    }
    if (node.entries.empty()) in_.error(node.at, path, "is empty; it needs at least one condition");
    report_duplicate_keys(in_, node, path);
    auto out = read_map(node, path, depth);
    // A map of one is that one: as good, and shorter in what people are shown.
    if (out.children.size() == 1) return tree(std::move(out.children.front()));
    return out;
}

routing::condition_tree condition_reader::read_list(const yaml_entry& entry, const std::string& path,
                                                    std::size_t depth) {
    const auto& node = *entry.value;
    tree out{.kind = entry.key == "any" ? kind::any : kind::all};
    if (node.kind != yaml_node::kind::sequence)
        in_.error(node.at, path,
                  "must be a list of maps, not " + std::string(describe_kind(node)) +
                      "; write it like [{ /payload/object/state: open }, ...]");
    else if (node.items.empty())
        in_.error(node.at, path, "is empty; it needs at least one condition");
    for (std::size_t i = 0; i < node.items.size(); ++i)
        out.children.push_back(
            read_inner_map(*node.items[i], path + '[' + std::to_string(i) + ']', depth + 1));
    return out;
}

void read_conditions(object_reader& in, routing::condition_tree& out) {
    const auto* node = in.find("when");
    in.object("when", [&](object_reader& when) {
        when.know_all();
        for (const auto key : condition_reader::groups)
            when.know(key);
        object_reader operators(in.in(), nullptr, {}, when.section() + ".*");
        for (const auto key : condition_reader::operators)
            operators.know(key);
        if (!when.there()) return;
        const load_pass::silence as_a_whole(in.in());
        out = condition_reader(in.in()).read_map(*node, when.path(), 1);
    });
    if (node && !out.empty())
        in.in().note(in.path("when"), json_text(shown(routing::describe(out), disclosure::plain).text),
                     has_reference(out), node->at, json_text(routing::describe(unmasked(out))));
}

} // namespace webhookd::config
