#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `events tail`: events as they arrive, until the end is asked for. A daemon that restarts is waited for,
/// and nothing is missed meanwhile.
void add_event_tail(CLI::App& events, int& exit_code);

} // namespace webhookd::cli
