#include "config/wording.hpp"

#include "config/nearest.hpp"
#include "config/reading.hpp"

#include <algorithm>
#include <cstdint>

namespace webhookd::config {

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const auto near = nearest(word, known);
    return near ? "; did you mean " + in_quotes(*near) + '?' : std::string();
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string out = "\"";
    std::size_t used = 0;
    for (; used < text.size(); ++used) {
        // Cut between characters only, never inside one.
        if (used >= longest && (static_cast<std::uint8_t>(text[used]) & 0xc0) != 0x80) break;
        const auto c = static_cast<std::uint8_t>(text[used]);
        out += c < 0x20 || c == 0x7f ? '?' : text[used];
    }
    if (used < text.size()) out += "...";
    return out + '"';
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
