#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `deliveries list`, `deliveries show ID`, `deliveries retry ID…` (or by filter), and `handlers`: what the
/// admin API of a running daemon tells about deliveries.
void add_deliveries_commands(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
