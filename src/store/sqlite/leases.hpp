#pragma once

#include <webhookd/store/delivery.hpp>

#include <mutex>
#include <span>
#include <unordered_map>

namespace webhookd::store::sqlite {

/// Who may run what. The database belongs to one process (see lock_file), so claims need not be written: when
/// the process ends, so do they. Any thread.
class leases {
public:
    using table = std::unordered_map<delivery_id, timestamp>; ///< until when

    /// Ends what is over by `now`.
    [[nodiscard]] table held(timestamp now);
    void add(const claim_answer& claimed, timestamp until);
    void end(delivery_id id);

    /// Held while something is claimed, from the look at `held` to the `add`: two claimers must not choose
    /// the same.
    std::mutex claiming;

private:
    std::mutex mutex_;
    table held_;
};

} // namespace webhookd::store::sqlite
