#pragma once

#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/outage.hpp>
#include <webhookd/store/purge.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// What the daemon keeps of itself: heartbeats, outages, and what it believes of the clock. The contract of
/// the calls is at the ports instances and retention.
namespace webhookd::store::sqlite {

/// Within a transaction of the caller's.
[[nodiscard]] result<void> keep_heartbeat(connection& db, const heartbeat& sign);
[[nodiscard]] result<void> keep_clock(connection& db, const clock_state& state,
                                      const std::optional<arrival_bound>& bound);

/// On a reader's connection.
[[nodiscard]] result<std::vector<outage>> find_outages(connection& db, const outage_search& wanted);
[[nodiscard]] result<std::optional<clock_state>> find_known_clock(connection& db);

/// What the one instance that holds the database tells of itself, in memory. Any thread.
class sole_record {
public:
    sole_record();

    void told(const heartbeat& sign);
    /// It leads every duty while it runs.
    [[nodiscard]] std::vector<instance_record> list(std::size_t limit) const;
    /// Random.
    [[nodiscard]] const std::string& key() const noexcept { return key_; }

private:
    const std::string key_;
    mutable std::mutex mutex_;
    std::optional<instance_record> last_; ///< nullopt before the first heartbeat
};

} // namespace webhookd::store::sqlite
