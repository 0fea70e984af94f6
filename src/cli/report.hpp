#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `report`: what was consumed in a period, as Universign counts it; `--compare` puts Universign's own
/// figures beside ours and ends with 1 where they differ.
void add_report_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
