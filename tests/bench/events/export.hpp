#pragma once

#include "bench/events/archive.hpp"
#include "bench/events/measurement.hpp"
#include "support/daemon.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

namespace webhookd::bench {

struct received {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
    std::string problem; ///< empty: it came whole
};

/// Receives an answer of the admin listener and throws it away. Ends early, without a problem, once `enough`.
[[nodiscard]] received receive(std::uint16_t port, const std::string& target,
                               const std::atomic<bool>* enough = nullptr);

/// Of about a tenth of the archive.
[[nodiscard]] export_run export_csv(test::daemon_fixture& daemon, const archive& a);

/// Each of `requests` is sent once, in as many slices as there are runs.
[[nodiscard]] beside_export acknowledge_beside_export(test::daemon_fixture& daemon,
                                                      std::span<const std::string> requests,
                                                      const options& opts);

} // namespace webhookd::bench
