#include <webhookd/event/event_type.hpp>

#include "config/route_reach.hpp"
#include "config/wording.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace webhookd::config {
namespace {

/// RFC 6901 §3, without the empty pointer: an event as a whole equals no scalar.
bool is_pointer(std::string_view text) {
    if (!text.starts_with('/')) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')))
            return false;
    return true;
}

std::string json_string(const std::string& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer>(buffer).String(value);
    return {buffer.GetString(), buffer.GetSize()};
}

/// The JSON text of a scalar; nothing, reported, for anything else.
std::optional<std::string> json_scalar(reading& in, const yaml_node& node, const std::string& path) {
    if (node.is_null()) return "null";
    if (node.kind == yaml_node::kind::scalar && node.plain) {
        if (is_json_number(node.text)) return node.text;
        if (const auto truth = parse_truth(node.text)) return *truth ? "true" : "false";
    }
    const auto value = in.read_text(node, path, true);
    if (!value) return std::nullopt;
    return json_string(value->value);
}

/// The one place in an event whose values are all known.
void check_stall_reason(reading& in, const yaml_node& node, const std::string& path) {
    std::vector<std::string_view> known;
    for (const auto& reason : event::stall_reasons())
        known.push_back(reason.name);
    if (node.kind != yaml_node::kind::scalar || node.text.find("${") != std::string::npos) return;
    if (std::find(known.begin(), known.end(), node.text) != known.end()) return;
    in.warning(node.at, path,
               in_quotes(node.text) + " is not a documented reason" + did_you_mean(node.text, known));
}

} // namespace

void read_conditions(object_reader& in, std::vector<condition>& out) {
    in.entries("when", [&](const yaml_entry& entry, const std::string& path) {
        if (!is_pointer(entry.key))
            in.in().error(entry.at, path, "is not a JSON pointer; write it like /payload/object/state");
        condition c;
        c.pointer = entry.key;
        const auto add = [&](const yaml_node& node, const std::string& where) {
            if (auto value = json_scalar(in.in(), node, where)) c.values.push_back(std::move(*value));
            if (entry.key == "/payload/object/stalled_reason") check_stall_reason(in.in(), node, where);
        };
        const auto& value = *entry.value;
        if (value.kind == yaml_node::kind::scalar) {
            add(value, path);
        } else if (value.kind == yaml_node::kind::sequence && !value.items.empty()) {
            for (std::size_t i = 0; i < value.items.size(); ++i)
                add(*value.items[i], path + '[' + std::to_string(i) + ']');
        } else {
            in.in().error(value.at, path, "must be a value or a list of values");
        }
        out.push_back(std::move(c));
    });
}

} // namespace webhookd::config
