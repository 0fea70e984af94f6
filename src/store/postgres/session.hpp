#pragma once

#include "store/postgres/connection.hpp"

#include <atomic>
#include <cstdint>

namespace webhookd::store::postgres {

/// One opening of the store: what its claims and its notifications are known by.
struct session {
    std::int64_t id = 0; ///< never given twice
    const std::atomic<std::int64_t>* ahead = nullptr;

    /// Of what is due from the database's clock; 0 but in tests.
    [[nodiscard]] std::int64_t clock_ahead() const { return ahead != nullptr ? ahead->load() : 0; }
};

/// Everything that keeps events, or changes which delivery of an ordering key is due, begins with this: so
/// offsets are in the order of commits, and no two transactions settle the same key.
inline constexpr statement lock_totals{"SELECT last_seq, last_delivery FROM totals WHERE id = 1 FOR UPDATE",
                                       "take the lock for writing"};

/// Tells the other daemons that deliveries have become due. $1: the session's id.
inline constexpr statement announce_deliveries{
    "WITH t AS (UPDATE totals SET plans = plans + 1 WHERE id = 1 RETURNING last_seq) "
    "SELECT pg_notify('universign_webhookd', $1::bigint || ' ' || last_seq || ' 0 1') FROM t",
    "notify other daemons"};

/// The same, and that they must give back what they have claimed and not begun: events were erased.
inline constexpr statement announce_erasure{
    "WITH t AS (UPDATE totals SET plans = plans + 1, erasures = erasures + 1 WHERE id = 1 RETURNING "
    "last_seq) "
    "SELECT pg_notify('universign_webhookd', $1::bigint || ' ' || last_seq || ' 0 1 1') FROM t",
    "notify other daemons"};

} // namespace webhookd::store::postgres
