#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `events export`: everything that the filters choose, as CSV or NDJSON, to standard output or a file that
/// is there only when it is whole.
void add_event_export(CLI::App& events, int& exit_code);

} // namespace webhookd::cli
