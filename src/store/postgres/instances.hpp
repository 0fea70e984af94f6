#pragma once

#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/purge.hpp>

#include "store/postgres/connection.hpp"

#include <optional>
#include <vector>

/// The daemons that share the database: their heartbeats, duties and outages. What the calls promise is
/// documented in instances and retention.
namespace webhookd::store::postgres {

[[nodiscard]] result<void> keep_heartbeat(connection& db, const heartbeat& sign);
[[nodiscard]] result<std::vector<outage>> find_outages(connection& db, const outage_search& wanted);
[[nodiscard]] result<bool> try_lead(connection& db, duty which, std::string_view instance,
                                    std::chrono::milliseconds lease);
[[nodiscard]] result<std::optional<clock_state>> find_known_clock(connection& db);
[[nodiscard]] result<void> keep_clock(connection& db, const clock_state& state,
                                      const std::optional<arrival_bound>& bound);

} // namespace webhookd::store::postgres
