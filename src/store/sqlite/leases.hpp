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

/// Which deliveries are claimed. The database belongs to one process (see lock_file), so claims need not be
/// written: when the process ends, so do they. They are measured by the steady clock: the wall clock may leap
/// while an attempt runs, and no leap may let a second one begin beside it. A holder keeps a lease that is
/// over until another claims the delivery. Any thread.
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
        /// All holders, even those whose leases are over.
        [[nodiscard]] std::size_t count() const;
        /// Gives each its token. Removes from the list those whose holder has extended an old lease
        /// meanwhile.
        void add(std::vector<claimed_delivery>& claimed, steady until);

    private:
        leases& all_;
        std::lock_guard<std::mutex> alone_;
        steady now_;
    };

    /// While the outcome of claims is being written no other claimer gets them, whatever the time. Without
    /// `commit` they stay held as before.
    class finish {
    public:
        finish(leases& all, std::span<const finished_delivery> batch);
        ~finish();
        finish(const finish&) = delete;
        finish& operator=(const finish&) = delete;

        /// Those of the batch that another has.
        [[nodiscard]] const std::vector<delivery_id>& fenced() const noexcept { return fenced_; }
        void commit() noexcept { committed_ = true; }

    private:
        leases& all_;
        std::span<const finished_delivery> batch_;
        std::vector<delivery_id> fenced_;
        bool committed_ = false;
    };

    void release(std::span<const claim> claims);
    /// Returns those that another has.
    [[nodiscard]] std::vector<delivery_id> extend(std::span<const claim> claims, steady until);
    /// How many of these have a holder, even if its lease is over.
    [[nodiscard]] std::size_t count_held(std::span<const delivery_id> ids) const;

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
    /// Never given twice, even after the database was reopened.
    std::int64_t last_token_ = std::chrono::steady_clock::now().time_since_epoch().count();
};

} // namespace webhookd::store::sqlite
