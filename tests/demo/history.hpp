#pragma once

#include <webhookd/store/outage.hpp>

#include "demo/webhook.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace webhookd::demo {

struct history_options {
    timestamp now;
    int days = 90;
    std::size_t events = 3000; ///< about so many
    std::uint64_t seed = 7;
    bool has_hostile_events = false;
};

/// What a workspace's webhooks were in some months: transactions in working hours, registrations, identity
/// validations and API keys; webhooks that came late, and some that were lost; two outages of our side.
struct history {
    std::vector<webhook> webhooks;      ///< in the order in which they arrive, all before `now`
    std::vector<store::outage> outages; ///< in the order of time
    /// Transactions to show: `completed`, `stalled`, `late` (an event that came after the ones behind it),
    /// `lost` (a gap that heals no more), `healing` (a gap for which another try is to come), `failing`
    /// (whose deliveries to the CRM fail).
    std::map<std::string, std::string> transactions;
};

/// The same for the same options.
[[nodiscard]] history make_history(const history_options& options);

} // namespace webhookd::demo
