#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::config {

/// Whether a variable's name says that it overrides a key of the configuration: UNIVERSIGN_WEBHOOKD_, then
/// steps with `__` between them. Those with fewer than two steps are the command line's.
[[nodiscard]] bool is_override(std::string_view variable) noexcept;

/// `UNIVERSIGN_WEBHOOKD_SERVER__LIMITS__BODY` → server, limits, body.
[[nodiscard]] std::vector<std::string> override_path(std::string_view variable);

/// A key that the file does not have, as a variable names it: an environment variable of a program as it is
/// written, a header with `-` for each `_`, anything else in lower case.
[[nodiscard]] std::string new_key(std::string_view variable, std::size_t step);

/// What a text is made of, where the key wants a text: the variable's value, character by character. A
/// reference, so that no message quotes what may be a secret; a value that holds references is its own.
[[nodiscard]] std::string override_text(const std::string& variable, const std::string& value);

/// How a variable's value is written in YAML: lists, maps and quoted texts are YAML already, and so are
/// numbers, truth values and texts with references. Any other text becomes a reference to the variable, so
/// that no message quotes what may be a secret.
[[nodiscard]] std::string override_yaml(const std::string& variable, const std::string& value);

} // namespace webhookd::config
