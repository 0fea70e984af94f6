#pragma once

#include <webhookd/event/document.hpp>

#include <rapidjson/document.h>

#include <string_view>

namespace webhookd::event {

/// The one way in which this room reads JSON: as `document::parse` promises, but for any value. All that
/// `target` then holds lives in its allocator. Errors: not_json, json_too_deep, json_too_large.
result<void> parse_json(std::string_view json, const parse_limits& limits, rapidjson::Document& target);

} // namespace webhookd::event
