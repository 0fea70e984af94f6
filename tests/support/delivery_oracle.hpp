#pragma once

#include "support/recording_sink.hpp"
#include "support/transaction_senders.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace webhookd::test {

/// What came of acknowledged events, as the receiver saw it.
struct delivery_verdict {
    std::size_t lost = 0;                          ///< never taken
    std::size_t altered = 0;                       ///< came with other bytes than were sent
    std::size_t out_of_order = 0;                  ///< came before the one that was sent before it was taken
    std::size_t unknown = 0;                       ///< ids that nobody was promised anything of
    std::size_t delivered_again = 0;               ///< taken more than once: allowed, after a kill
    std::chrono::duration<double> longest_wait{0}; ///< from when it might have been delivered until it was

    [[nodiscard]] bool flawless() const { return lost + altered + out_of_order + unknown == 0; }
};
[[nodiscard]] delivery_verdict judge_deliveries(const std::vector<acknowledged_transaction>& promised,
                                                const sightings& seen);

/// The same of what the database keeps: the ids of its events, in their order.
struct kept_verdict {
    std::size_t lost = 0;
    std::size_t out_of_order = 0; ///< those of a transaction not in the order in which they were sent
    std::size_t unknown = 0;
};
[[nodiscard]] kept_verdict judge_kept(const std::vector<acknowledged_transaction>& promised,
                                      const std::string& ids);

} // namespace webhookd::test
