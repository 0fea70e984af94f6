#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `events erase` and `events purge`.
void add_event_removal(CLI::App& events, int& exit_code);

} // namespace webhookd::cli
