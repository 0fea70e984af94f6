#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `serve --config FILE [--dry-run]`: the daemon itself.
void add_serve_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
