#include "config/wording.hpp"

#include <webhookd/text/nearest.hpp>

#include "config/load_pass.hpp"

#include <algorithm>

namespace webhookd::config {

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const auto near = webhookd::text::nearest(word, known);
    return near ? "; did you mean " + in_quotes(*near) + '?' : std::string();
}

std::string member_path(const std::string& path, std::string_view key) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    };
    if (key.empty() || key.size() > 64 || !std::all_of(key.begin(), key.end(), plain))
        return path + '[' + in_quotes(key) + ']';
    return path.empty() ? std::string(key) : path + '.' + std::string(key);
}

std::string_view describe_kind(const yaml_node& node) {
    if (node.kind == yaml_node::kind::sequence) return "a list";
    if (node.kind == yaml_node::kind::map) return "a map";
    if (node.is_null()) return "nothing";
    if (node.plain && is_json_number(node.text)) return "a number";
    if (node.plain && parse_truth(node.text)) return "a truth value";
    return "text";
}

} // namespace webhookd::config
