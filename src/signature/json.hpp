#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::signature::json {

/// Parses one JSON text of at most `cap` bytes, strictly and iteratively; nothing for anything else.
/// RapidJSON would take a NUL byte for the end of the text, and what follows it for nothing.
[[nodiscard]] inline std::optional<rapidjson::Document> parse(std::string_view text, std::size_t cap) {
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
    if (text.size() > cap || text.find('\0') != std::string_view::npos) return std::nullopt;
    rapidjson::Document document;
    document.Parse<flags>(text.data(), text.size());
    if (document.HasParseError()) return std::nullopt;
    return document;
}

[[nodiscard]] inline std::string_view view(const rapidjson::Value& text) {
    return {text.GetString(), text.GetStringLength()};
}

/// The member's text; nothing when the member is absent or no string. `object` must be an object.
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

/// Somebody else's text, fit for one line of a log: cut after 80 bytes, only printable ASCII.
[[nodiscard]] inline std::string printable(std::string_view text) {
    std::string shown{text.substr(0, 80)};
    for (char& c : shown)
        if (c < 0x20 || c >= 0x7f) c = '?';
    if (text.size() > shown.size()) shown += "...";
    return shown;
}

} // namespace webhookd::signature::json
