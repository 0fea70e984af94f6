#pragma once

#include <webhookd/text/printable.hpp>

#include "config/yaml_document.hpp"

#include <span>
#include <string>
#include <string_view>

namespace webhookd::config {

/// `; did you mean "crm"?`, or nothing at all.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

using webhookd::text::in_quotes;

/// `server.limits`, and, for keys that are no plain words, `routes[0].when["/payload/object/state"]`.
[[nodiscard]] std::string member_path(const std::string& path, std::string_view key);

/// `a list`, `a map`, `a number`…: the kind of a value, for messages.
[[nodiscard]] std::string_view describe_kind(const yaml_node& node);

} // namespace webhookd::config
