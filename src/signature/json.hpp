#pragma once

#include <webhookd/event/json_text.hpp>

#include <rapidjson/document.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::signature::json {

/// Parses one JSON text of at most `cap` bytes, by the same rules as events: what an unknown member holds (a
/// number that no double holds, a text cut within a character) is no reason to refuse the members beside it.
/// nullopt for what is no JSON.
[[nodiscard]] inline std::optional<rapidjson::Document> parse(std::string_view text, std::size_t cap) {
    std::optional<rapidjson::Document> document(std::in_place);
    if (!event::parse_json(text, {.bytes = cap}, *document)) document.reset();
    return document;
}

[[nodiscard]] inline std::string_view view(const rapidjson::Value& text) {
    return {text.GetString(), text.GetStringLength()};
}

/// The member's text; nullopt when the member is absent or no string. `object` must be an object.
[[nodiscard]] inline std::optional<std::string_view> text_member(const rapidjson::Value& object,
                                                                 const char* name) {
    const auto found = object.FindMember(name);
    if (found == object.MemberEnd() || !found->value.IsString()) return std::nullopt;
    return view(found->value);
}

/// A key id that can be looked up, logged and shown: 1 to 256 bytes, no control characters.
[[nodiscard]] inline bool usable_kid(std::string_view kid) {
    if (kid.empty() || kid.size() > 256) return false;
    for (const char c : kid)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    return true;
}

/// Foreign text made safe for one line of a log: cut after 80 bytes, only printable ASCII.
[[nodiscard]] inline std::string printable(std::string_view text) {
    std::string shown{text.substr(0, 80)};
    for (char& c : shown)
        if (c < 0x20 || c >= 0x7f) c = '?';
    if (text.size() > shown.size()) shown += "...";
    return shown;
}

} // namespace webhookd::signature::json
