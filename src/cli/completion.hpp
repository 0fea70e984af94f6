#pragma once

#include <CLI/App.hpp>

#include <string>

namespace webhookd::cli {

/// A program for bash that completes the commands and options of `app`, and the values of those that tell
/// what they take: a validator with a set of words, or a type name that has FILE, FOLDER, TYPE (an event
/// type) or TYPES (a list of them with commas) between bars. It needs nothing but bash.
[[nodiscard]] std::string bash_completion(const CLI::App& app);

/// `completion bash`. Add it last: `app` outlives the parsing, and is looked at when the command runs.
void add_completion_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
