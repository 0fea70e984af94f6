#pragma once

#include "bench/delivery/pace.hpp"
#include "bench/delivery/pressure.hpp"
#include "bench/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace webhookd::bench {

/// The same work done by the daemon and by a bare loop, one pair for each round.
struct pace_rounds {
    std::vector<pace> ours;
    std::vector<pace> bare;
};

struct delivery_measurements {
    pace_rounds forward;
    pace_rounds shell;
    std::optional<memory_use> memory;
    std::size_t backlog = 0; ///< beside the acknowledgements of `hanging`
    double rate = 0;         ///< of the webhooks, per second
    std::vector<acknowledgements> healthy;
    std::vector<acknowledgements> hanging; ///< one for each of `healthy`
};

/// Rounds in which the daemon and what it is compared with take turns at being first, so that the machine's
/// moods hit both; then the memory. What an option of size gives as zero is left out. Tells its progress on
/// standard error. Throws std::runtime_error when something cannot be started or made at all.
[[nodiscard]] delivery_measurements measure_delivery(const options& opts);

} // namespace webhookd::bench
