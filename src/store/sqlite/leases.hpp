#pragma once

#include <webhookd/store/delivery.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace webhookd::store::sqlite {

/// Who may run what. The database belongs to one process (see lock_file), so claims need not be written: when
/// the process ends, so do they. They are measured by the steady clock: the wall clock may leap while an
/// attempt runs, and no leap may let another begin beside it. A lease that is over stays its holder's until
/// another claims the delivery. Any thread.
class leases {
public:
    using steady = std::chrono::steady_clock::time_point;

    /// Held by one claimer at a time: two must not choose the same delivery. Taken before the database is
    /// read: a claim that ends while it is held counts as held until it is released, so that an old view of
    /// the database cannot give it out again.
    class claim_lock {
    public:
        claim_lock(leases& all, steady now);
        ~claim_lock();
        claim_lock(const claim_lock&) = delete;
        claim_lock& operator=(const claim_lock&) = delete;

        /// Whether its lease is not over.
        [[nodiscard]] bool holds(delivery_id id) const;
        /// Holders in all, be it that their leases are over.
        [[nodiscard]] std::size_t count() const;
        /// Gives each its token. Those leave the list whose holder took an old lease up again meanwhile.
        void add(std::vector<claimed_delivery>& claimed, steady until);

    private:
        leases& all_;
        std::lock_guard<std::mutex> alone_;
        steady now_;
    };

    /// While what became of claims is being written nobody gets them, whatever the time. Without `commit`
    /// they are held on as before.
    class finish {
    public:
        finish(leases& all, std::span<const finished_delivery> batch);
        ~finish();
        finish(const finish&) = delete;
        finish& operator=(const finish&) = delete;

        /// Those of the batch that went to another.
        [[nodiscard]] const std::vector<delivery_id>& fenced() const noexcept { return fenced_; }
        void commit() noexcept { committed_ = true; }

    private:
        leases& all_;
        std::span<const finished_delivery> batch_;
        std::vector<delivery_id> fenced_;
        bool committed_ = false;
    };

    void release(std::span<const claim> claims);
    /// Answers which went to another.
    [[nodiscard]] std::vector<delivery_id> extend(std::span<const claim> claims, steady until);

private:
    struct lease {
        std::int64_t token = 0;
        steady until;
        bool finishing = false;
    };
    // With `mutex_` held:
    [[nodiscard]] bool holds(delivery_id id, steady now) const;
    [[nodiscard]] lease* find(const claim& c);
    void end(const claim& c);

    std::mutex claiming_;
    mutable std::mutex mutex_; ///< of what follows
    bool claim_locked_ = false;
    std::unordered_map<delivery_id, lease> held_;
    std::vector<claim> ended_while_locked_;
    /// Never given twice, be it that the database is closed and opened again.
    std::int64_t last_token_ = std::chrono::steady_clock::now().time_since_epoch().count();
};

} // namespace webhookd::store::sqlite
