#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/time.hpp>

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

/// A time from 1970 to 9999 in any spelling that Universign may use: ISO 8601 with or without a fraction, or
/// a number of seconds or milliseconds since 1970.
std::optional<timestamp> instant(const json_value& value) noexcept;

} // namespace webhookd::event::json
