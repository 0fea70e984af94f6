#pragma once

#include <CLI/App.hpp>

#include <string>

namespace webhookd::cli {

/// After a parsing that missed a command: says which word is none, and which may have been meant. Empty where
/// there was no such word.
[[nodiscard]] std::string unknown_command(const CLI::App& app);

} // namespace webhookd::cli
