#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `reload`: lets a running daemon load its configuration anew, and says what came of it.
void add_reload_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
