#pragma once

#include <webhookd/store/delivery_queue.hpp>

#include "store/postgres/session.hpp"

#include <span>
#include <string_view>
#include <vector>

/// Writes deliveries. What the calls promise is documented in delivery_queue.
namespace webhookd::store::postgres {

struct finish_answer {
    std::vector<delivery_id> fenced;
    std::int64_t ended = 0; ///< that do not wait any more
};
/// `ordered`: one of the batch may be of an ordering key, so that its successor is looked for.
[[nodiscard]] result<finish_answer> finish_deliveries(connection& db, const session& self,
                                                      std::span<const finished_delivery> batch, bool ordered);

[[nodiscard]] result<std::vector<delivery_id>> plan_deliveries(connection& db, const session& self,
                                                               std::span<const event_plan> plans);

struct retry_answer {
    std::size_t retried = 0;
    std::size_t revived = 0; ///< of these, those that had failed, and wait again
};
[[nodiscard]] result<retry_answer> retry_deliveries(connection& db, const session& self,
                                                    const delivery_filter& filter, std::size_t limit);

[[nodiscard]] result<std::size_t> discard_deliveries(connection& db, const session& self,
                                                     const delivery_filter& filter, const discard_record& how,
                                                     std::size_t limit);

[[nodiscard]] result<std::size_t> call_back_deliveries(connection& db, const session& self,
                                                       std::string_view handler,
                                                       std::chrono::milliseconds most, std::size_t limit);

[[nodiscard]] result<std::size_t> fail_waiting_deliveries(connection& db, const session& self,
                                                          std::string_view handler, std::string_view reason,
                                                          std::size_t limit);

/// The part of a statement's WITH that keeps the rows of `planned` (id, event, handler, chain, blocks,
/// since): of an ordering key at most one becomes due, and none while an earlier one waits or blocks the key.
/// $1 is `session::clock_ahead`. With `totals` locked.
inline constexpr std::string_view insert_planned = R"sql(
waiting AS (
    INSERT INTO deliveries (id, event, handler, state, due, chain, blocks, attempts, forgiven, planned, since)
    SELECT p.id, p.event, p.handler, 0,
           CASE WHEN p.chain IS NULL OR (
               row_number() OVER (PARTITION BY p.handler, p.chain ORDER BY p.id) = 1 AND NOT EXISTS (
                   SELECT 1 FROM deliveries d WHERE d.handler = p.handler AND d.chain = p.chain
                   AND (d.state = 0 OR (d.state = 2 AND d.blocks))))
           THEN now_us() + $1::bigint END,
           p.chain, p.blocks AND p.chain IS NOT NULL, 0, 0, p.since, p.since
    FROM planned p ORDER BY p.id RETURNING id
), named AS (
    INSERT INTO handlers (name) SELECT DISTINCT p.handler FROM planned p
    WHERE NOT EXISTS (SELECT 1 FROM handlers h WHERE h.name = p.handler) ON CONFLICT (name) DO NOTHING
)
)sql";

/// Commands that make the earliest delivery of each ordering key due to which one of these deliveries
/// belongs, unless a failed one blocks the key. A later one that is due is put back, unless it runs: then
/// this is done when it ends. With `totals` locked.
void settle(std::vector<command>& to, const session& self, std::span<const delivery_id> ids);

} // namespace webhookd::store::postgres
