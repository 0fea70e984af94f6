#pragma once

#include <webhookd/store/delivery_queue.hpp>

#include "store/postgres/session.hpp"

#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

/// Claims, and what holds them: three columns of their delivery. A lease counts by the database's clock. What
/// the calls promise is documented in delivery_queue.
namespace webhookd::store::postgres {

[[nodiscard]] result<claim_answer> claim_deliveries(connection& db, const session& self,
                                                    const claim_request& request);
[[nodiscard]] result<std::vector<delivery_id>> extend_claims(connection& db, std::span<const claim> claims,
                                                             std::chrono::milliseconds lease);
/// The other daemons are told.
[[nodiscard]] result<void> release_claims(connection& db, const session& self, std::span<const claim> claims);

/// Locks deliveries in the order of their ids, so that no two transactions wait for each other. $1: the ids.
inline constexpr statement lock_claims{"SELECT id, token, state = 0 FROM deliveries "
                                       "WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
                                       "lock deliveries"};

struct locked_claim {
    std::int64_t token = 0; ///< 0: nobody has it
    bool waits = false;     ///< it has not ended
};
/// The answer to `lock_claims`.
[[nodiscard]] std::unordered_map<delivery_id, locked_claim> read_locked_claims(const rows& answer);

/// The claims of this process: what a clean stop gives back, and whether one of them is ordered. Any thread.
class own_claims {
public:
    void add(std::span<const claimed_delivery> claimed);
    void remove(std::span<const claim> claims);
    void remove(std::span<const finished_delivery> batch);
    /// Also where it is not known.
    [[nodiscard]] bool may_be_ordered(std::span<const finished_delivery> batch) const;
    [[nodiscard]] std::vector<claim> all() const;

private:
    struct held {
        std::int64_t token = 0;
        bool is_ordered = false;
    };
    void remove_one(const claim& c);

    mutable std::mutex mutex_;
    std::unordered_map<delivery_id, held> held_;
};

} // namespace webhookd::store::postgres
