#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `events gaps`: what Universign must have sent and did not arrive, and when nothing could arrive.
void add_event_gaps(CLI::App& events, int& exit_code);

} // namespace webhookd::cli
