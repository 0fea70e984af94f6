#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `serve --config FILE`: the daemon itself.
void add_serve_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
