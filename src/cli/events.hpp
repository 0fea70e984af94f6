#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `events list|types|show|export|tail|gaps|replay`: the events of a running daemon, over its admin API.
void add_events_commands(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
