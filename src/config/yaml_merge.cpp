#include "config/wording.hpp"
#include "config/yaml_document.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace webhookd::config {
namespace {

using node_kind = enum yaml_node::kind;

/// As a step is written in the name of a variable.
std::string step_of(std::string_view key) {
    std::string out(key);
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '-') c = '_';
    }
    return out;
}

} // namespace

const yaml_node* yaml_merge::maps(const yaml_node& first, const yaml_node& second, const clash& on_clash,
                                  const std::string& path) {
    auto& out = made_.emplace_back(first);
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < first.entries.size(); ++i)
        index.emplace(first.entries[i].key, i);
    std::unordered_map<std::string_view, bool> seen;
    for (const auto& entry : second.entries) {
        // A key that occurs twice in the second file is that file's own mistake and must stay one.
        const bool again = !seen.emplace(entry.key, true).second;
        const auto found = index.find(entry.key);
        if (again || found == index.end()) {
            out.entries.push_back(entry);
            continue;
        }
        auto& mine = out.entries[found->second];
        const auto& theirs = *entry.value;
        if (mine.value->kind == node_kind::map && theirs.kind == node_kind::map) {
            mine.value = maps(*mine.value, theirs, on_clash, member_path(path, entry.key));
        } else if (mine.value->kind == node_kind::sequence && theirs.kind == node_kind::sequence) {
            auto& both = made_.emplace_back(*mine.value);
            both.items.insert(both.items.end(), theirs.items.begin(), theirs.items.end());
            mine.value = &both;
        } else {
            on_clash(mine, entry, member_path(path, entry.key));
        }
    }
    return &out;
}

const yaml_node* yaml_merge::replace(const yaml_node* root, const std::vector<std::string>& path,
                                     const yaml_node& value, location at, const key_namer& name_new) {
    return replace_from(root, path, 0, value, at, name_new);
}

const yaml_node* yaml_merge::replace_from(const yaml_node* node, const std::vector<std::string>& path,
                                          std::size_t step, const yaml_node& value, location at,
                                          const key_namer& name_new) {
    if (step == path.size()) {
        auto& out = made_.emplace_back(value);
        out.at = at;
        return &out;
    }
    const auto& name = path[step];
    if (node && node->kind == node_kind::sequence) {
        std::size_t i = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), i);
        if (error != std::errc{} || end != name.data() + name.size() || i >= node->items.size())
            return nullptr;
        const auto* item = replace_from(node->items[i], path, step + 1, value, at, name_new);
        if (!item) return nullptr;
        auto& out = made_.emplace_back(*node);
        out.items[i] = item;
        return &out;
    }
    if (node && node->kind != node_kind::map && !node->is_null()) return nullptr;
    const bool fresh = !node || node->kind != node_kind::map;
    auto out = fresh ? yaml_node{} : *node;
    if (fresh) {
        out.kind = node_kind::map;
        out.at = at;
    }
    const auto found = std::find_if(out.entries.begin(), out.entries.end(),
                                    [&](const yaml_entry& e) { return step_of(e.key) == name; });
    const auto* inner = replace_from(found == out.entries.end() ? nullptr : found->value, path, step + 1,
                                     value, at, name_new);
    if (!inner) return nullptr;
    if (found == out.entries.end())
        out.entries.push_back({name_new(step), at, inner});
    else
        found->value = inner;
    return &made_.emplace_back(std::move(out));
}

} // namespace webhookd::config
