#include "config/object_reader.hpp"

#include "config/wording.hpp"

#include <algorithm>
#include <unordered_map>

namespace webhookd::config {
namespace {

std::string subsection(const std::string& section, std::string_view key) {
    return section.empty() ? std::string(key) : section + '.' + std::string(key);
}

std::string unknown_key(std::string_view key, const std::vector<std::string_view>& known) {
    const auto near = did_you_mean(key, known);
    if (!near.empty()) return "is no key here" + near;
    std::string out = "is no key here; there are ";
    for (const auto& word : known) {
        if (&word != &known.front()) out += ", ";
        out += word;
    }
    return out;
}

/// For a section whose members are all commented out, and for plain mistakes.
std::string not_a(std::string_view wanted, std::string_view empty, const yaml_node& node) {
    const auto kind = std::string(describe_kind(node));
    auto out = "must be a " + std::string(wanted) + ", not " + kind;
    return node.is_null() ? out + "; leave the key out or write " + std::string(empty) : out;
}

} // namespace

object_reader::object_reader(load_pass& in, const yaml_node* node, std::string path, std::string section)
    : in_(in)
    , node_(node)
    , path_(std::move(path))
    , section_(std::move(section)) {}

const yaml_node* object_reader::find(std::string_view key) const {
    if (!node_) return nullptr;
    for (const auto& entry : node_->entries)
        if (entry.key == key) return entry.value;
    return nullptr;
}

const yaml_node* object_reader::take(std::string_view key) {
    know(key);
    return find(key);
}

void object_reader::know(std::string_view key) {
    in_.describe(section_, key);
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
}

location object_reader::at(std::string_view key) const {
    const auto* value = find(key);
    return value ? value->at : node_ ? node_->at : location{};
}

std::string object_reader::path(std::string_view key) const {
    return member_path(path_, key);
}

void object_reader::error(std::string_view key, std::string message) {
    in_.error(at(key), path(key), std::move(message));
}

void object_reader::warning(std::string_view key, std::string message) {
    in_.warning(at(key), path(key), std::move(message));
}

void object_reader::require(std::string_view key) {
    if (node_ && !has(key)) error(key, "is missing");
}

void object_reader::read_object(const yaml_node* node, std::string path, std::string section,
                                const body& read) {
    object_reader inner(in_, node, std::move(path), std::move(section));
    read(inner);
    inner.finish();
}

bool object_reader::object(std::string_view key, const body& read) {
    const auto* node = take(key);
    if (node && node->kind != yaml_node::kind::map) {
        error(key, not_a("map", "{}", *node));
        return false;
    }
    read_object(node, path(key), subsection(section_, key), read);
    return node != nullptr;
}

bool object_reader::objects(std::string_view key, const body& read) {
    const auto* node = take(key);
    const auto section = subsection(section_, key) + "[]";
    if (in_.describing()) read_object(nullptr, {}, section, read);
    if (!node) {
        note_default(key, "[]");
        return false;
    }
    if (node->kind != yaml_node::kind::sequence) {
        error(key, not_a("list", "[]", *node));
        return false;
    }
    if (node->items.empty()) in_.note(path(key), "[]", false, node->at);
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        const auto& item = *node->items[i];
        auto where = path(key) + '[' + std::to_string(i) + ']';
        if (item.kind == yaml_node::kind::map)
            read_object(&item, std::move(where), section, read);
        else
            in_.error(item.at, std::move(where), "must be a map, not " + std::string(describe_kind(item)));
    }
    return true;
}

bool object_reader::entries(std::string_view key, const entry_body& read) {
    const auto* node = take(key);
    if (!node) return false;
    if (node->kind != yaml_node::kind::map) {
        error(key, not_a("map", "{}", *node));
        return false;
    }
    report_duplicate_keys(in_, *node, path(key));
    std::unordered_map<std::string_view, bool> seen;
    for (const auto& entry : node->entries)
        if (seen.emplace(entry.key, true).second) read(entry, member_path(path(key), entry.key));
    return true;
}

void object_reader::finish(std::string_view ignored) {
    if (!node_) return;
    report_duplicate_keys(in_, *node_, path_);
    if (all_known_) return;
    for (const auto& entry : node_->entries) {
        if (!ignored.empty() && entry.key.starts_with(ignored)) continue;
        if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
        in_.error(entry.at, path(entry.key), unknown_key(entry.key, known_));
    }
}

bool is_name(std::string_view text) noexcept {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !text.empty() && text.size() <= 64 && alphanumeric(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

void report_duplicate_keys(load_pass& in, const yaml_node& map, const std::string& path) {
    std::unordered_map<std::string_view, location> first;
    for (const auto& entry : map.entries) {
        const auto [known, fresh] = first.emplace(entry.key, entry.at);
        if (!fresh)
            in.error(entry.at, member_path(path, entry.key),
                     "stands here a second time; the first is in line " + std::to_string(known->second.line));
    }
}

} // namespace webhookd::config
