#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::config {

/// Whether a variable's name says that it overrides a key of the configuration: UNIVERSIGN_WEBHOOKD_, then
/// steps with
/// `__` between them. Those with fewer than two steps are the command line's.
[[nodiscard]] bool is_override(std::string_view variable) noexcept;

/// `UNIVERSIGN_WEBHOOKD_SERVER__LIMITS__BODY` → server, limits, body.
[[nodiscard]] std::vector<std::string> override_path(std::string_view variable);

/// How a variable's value is written in YAML: lists, maps and quoted texts are YAML already, and so are
/// numbers, truth values and texts with references. Any other text becomes a reference to the variable, so
/// that no message quotes what may be a secret.
[[nodiscard]] std::string override_yaml(const std::string& variable, const std::string& value);

} // namespace webhookd::config
