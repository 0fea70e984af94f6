#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `healthcheck`: asks a running daemon whether it can accept webhooks, without a token; 0 or 69. For
/// containers and monitors that have no other client.
void add_healthcheck_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
