#pragma once

#include <filesystem>

namespace webhookd::demo {

/// Serves, on a loopback port that it writes into `port_file`, what the `crm` handler posts to: while there
/// is no file `repaired`, events marked `fail-me` get 500 and those marked `refuse-me` 422; all others 204.
/// Until SIGTERM or SIGINT. The exit code.
int run_receiver(const std::filesystem::path& port_file, const std::filesystem::path& repaired);

} // namespace webhookd::demo
