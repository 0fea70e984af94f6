#pragma once

#include <webhookd/store/delivery.hpp>

#include <chrono>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace webhookd::store::sqlite {

/// Who may run what. The database belongs to one process (see lock_file), so claims need not be written: when
/// the process ends, so do they. They are measured by the steady clock: the wall clock may leap while an
/// attempt runs, and no leap may let another begin beside it. Any thread.
class leases {
public:
    using instant = std::chrono::steady_clock::time_point;

    /// The turn of one claimer, others wait: two must not choose the same. Begins before the database is
    /// read: what ends during the turn counts as held until the turn is over, so that an old view of the
    /// database cannot give it out again.
    class turn {
    public:
        /// Leases that are over by `now` end.
        turn(leases& all, instant now);
        ~turn();
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

        [[nodiscard]] bool holds(delivery_id id) const { return all_.held_.contains(id); }
        [[nodiscard]] std::size_t count() const { return all_.held_.size(); }
        void add(std::span<const claimed_delivery> claimed, instant until);

    private:
        leases& all_;
        std::lock_guard<std::mutex> alone_;
    };

    void end(delivery_id id);

private:
    std::mutex turns_;
    std::mutex mutex_; ///< of what follows; during a turn `held_` is its claimer's alone
    bool in_turn_ = false;
    std::unordered_map<delivery_id, instant> held_; ///< until when
    std::vector<delivery_id> ended_in_turn_;
};

} // namespace webhookd::store::sqlite
