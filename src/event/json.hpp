#pragma once

#include <webhookd/event/document.hpp>

#include <rapidjson/document.h>

#include <optional>
#include <string_view>

/// RapidJSON asserts on wrong types; these ask first.
namespace webhookd::event::json {

inline std::string_view text(const json_value& string) noexcept {
    return {string.GetString(), string.GetStringLength()};
}

/// The last member of that name; null for none, and in what is not an object.
const json_value* member(const json_value& parent, std::string_view name) noexcept;

/// The index that a step of a JSON pointer names: digits without leading zeros (RFC 6901 §4), below 2^32.
std::optional<rapidjson::SizeType> array_index(std::string_view step) noexcept;

} // namespace webhookd::event::json
