#pragma once

#include <webhookd/event/document.hpp>

#include <rapidjson/document.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace webhookd::event {

/// The only parser for events, and for answers that quote them: as `document::parse`, but for any value. All
/// values in `target` live in its allocator. Numbers that are no plain 64-bit integers are kept as their
/// text: see `number_text`, `nearest_double`; RapidJSON's own writers cannot write them. Errors: not_json,
/// json_too_large.
result<void> parse_json(std::string_view json, const parse_limits& limits, rapidjson::Document& target);

/// Writes what `parse_json` has read: compact, or with an indent of two blanks; numbers unchanged.
[[nodiscard]] std::string write_json(const json_value& value, bool indented = false);

/// `payload.object` of an event, as compact JSON, with numbers as they came and however deep it nests; empty
/// when there is none.
[[nodiscard]] std::string object_text(std::string_view body);

/// Larger metadata is not searched.
inline constexpr std::size_t max_metadata = 16 * 1024;

/// The labels that the owner has given the event's object (`payload.object.metadata`), as compact JSON. Empty
/// when there is none, when it is no object, and beyond `max_metadata` bytes.
[[nodiscard]] std::string metadata_text(const document& body);

} // namespace webhookd::event
