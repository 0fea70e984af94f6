#pragma once

#include <webhookd/handler/handler.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::handler {

/// A longer value is left empty: execve(2) refuses a variable of 128 KiB, and with it the whole run.
inline constexpr std::size_t max_variable = 32 * 1024;

/// `NAME=value` for what every run of a handler shares: PATH, HOME and LANG of this process (`home`, unless
/// empty, instead of its HOME), overruled by `env`. Without a PATH it is the usual one.
[[nodiscard]] std::vector<std::string> base_environment(const std::map<std::string, std::string>& env,
                                                        std::string_view home);

/// Adds the UNIVERSIGN_ variables of one attempt, as the table in shell_handler.hpp says.
void add_event_variables(std::vector<std::string>& environment, std::string_view handler_name,
                         const delivery& d);

/// The value of a variable in `NAME=value` entries; empty when it is not there.
[[nodiscard]] std::string_view variable(const std::vector<std::string>& environment, std::string_view name);

} // namespace webhookd::handler
