#pragma once

#include "bench/events/archive.hpp"
#include "bench/events/measurement.hpp"
#include "support/daemon.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace webhookd::bench {

/// Sends `requests`, each once, at a pace that leaves the daemon idle for the most part, in as many slices as
/// there are runs. `database` is the daemon's.
[[nodiscard]] beside_upkeep acknowledge_beside_upkeep(test::daemon_fixture& daemon, const archive& a,
                                                      const std::filesystem::path& database,
                                                      std::span<const std::string> requests,
                                                      const options& opts);

} // namespace webhookd::bench
