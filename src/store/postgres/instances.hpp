#pragma once

#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/purge.hpp>

#include "store/postgres/session.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The daemons that share the database: their heartbeats, duties and outages. What the calls promise is
/// documented in instances and retention.
namespace webhookd::store::postgres {

/// An instance that has told nothing for so long, by the database's clock, is gone.
inline constexpr std::chrono::microseconds silent_for = 3 * shared_heartbeat_interval;

/// `shares_name`: whether another instance that runs has this one's name. A change is logged.
[[nodiscard]] result<void> keep_heartbeat(connection& db, const session& self, const heartbeat& sign,
                                          std::atomic<bool>& shares_name);
[[nodiscard]] result<std::vector<instance_record>> list_instances(connection& db, const session& self,
                                                                  std::size_t limit);
[[nodiscard]] result<std::set<std::string, std::less<>>> find_handlers_elsewhere(connection& db,
                                                                                 const session& self);
[[nodiscard]] result<std::string> read_fingerprint_key(connection& db);
[[nodiscard]] result<std::vector<outage>> find_outages(connection& db, const outage_search& wanted);
[[nodiscard]] result<bool> try_lead(connection& db, const session& self, duty which,
                                    std::chrono::milliseconds lease);
[[nodiscard]] result<std::optional<clock_state>> find_known_clock(connection& db);
[[nodiscard]] result<void> keep_clock(connection& db, const clock_state& state,
                                      const std::optional<arrival_bound>& bound);

} // namespace webhookd::store::postgres
