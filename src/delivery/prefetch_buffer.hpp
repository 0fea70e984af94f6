#pragma once

#include "delivery/attempt.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace webhookd::delivery {

/// A handler's claims that have not begun yet. Thread safe, and therefore not the schedule's alone: the
/// thread that ends an attempt takes the next claim from here and begins it (hand-off), so that a slot does
/// not stay empty until the engine's thread runs.
class prefetch_buffer {
public:
    using steady = attempt::steady;

    /// A claim that has waited longer goes back to the store, for others: nothing waits behind slow attempts
    /// of one instance for longer than a lease.
    static constexpr std::chrono::seconds max_prefetch_age{30};

    void add(const std::vector<std::shared_ptr<attempt>>& claims);

    /// For the schedule; null: there is none.
    [[nodiscard]] std::shared_ptr<attempt> take();
    /// For the thread that ends an attempt.
    struct handed_off {
        std::shared_ptr<attempt> next; ///< null when that is not allowed, or none is left
        bool low = true;               ///< the schedule should claim more
    };
    [[nodiscard]] handed_off hand_off(steady::time_point now);
    struct terms {
        bool allowed = false;
        std::size_t enough = 0; ///< the schedule is told when so many are left,
        std::size_t few = 0;    ///< and whenever there are fewer than this
    };
    void set_hand_off(terms t);
    /// Beyond this the claims may be another's: none is handed off. A process may have stood still.
    void set_sure_until(steady::time_point t);

    /// Taken out, for them to be released.
    [[nodiscard]] std::vector<store::claim> take_stale(steady::time_point now);
    [[nodiscard]] std::vector<store::claim> take_all();
    /// Claims that another has are dropped.
    void drop(std::span<const store::delivery_id> lost);

    struct load {
        std::size_t claims = 0;
        std::size_t bytes = 0; ///< of bodies
    };
    [[nodiscard]] load holds() const;

private:
    [[nodiscard]] std::size_t count() const { return waiting_.size() - first_; }
    [[nodiscard]] bool stale(steady::time_point now) const {
        return now - waiting_[first_]->claimed > max_prefetch_age;
    }
    [[nodiscard]] std::shared_ptr<attempt> pop();

    mutable std::mutex mutex_;
    /// From `first_` on. Only `add` allocates, on the engine's thread: see attempt.
    std::vector<std::shared_ptr<attempt>> waiting_;
    std::size_t first_ = 0;
    std::size_t bytes_ = 0;
    terms hand_off_;
    steady::time_point sure_until_ = steady::time_point::max();
};

} // namespace webhookd::delivery
