#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

void add_backup_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
