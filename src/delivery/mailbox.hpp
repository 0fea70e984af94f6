#pragma once

#include "delivery/lane.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// The end of an attempt.
struct ended_attempt {
    std::shared_ptr<lane> where;
    std::shared_ptr<const store::claimed_delivery> which;
    timestamp started;
    circuit_breaker::clock::time_point began;
    circuit_breaker::clock::time_point ended;
    handler::outcome outcome;
};

/// A decision on its way into the store.
struct recording {
    std::shared_ptr<lane> where;
    store::finished_delivery finished;
};

/// What others have for the engine's thread.
struct mail {
    std::vector<ended_attempt> ended;
    std::optional<bool> recorded;                           ///< whether the last batch is in the store
    std::optional<result<std::size_t>> swept;               ///< what the last `fail_waiting` answered
    std::optional<std::vector<lane_setup>> lanes;           ///< take the place of those before
    std::optional<circuit_breaker::clock::time_point> stop; ///< by when
    bool woken = false;
    bool reopen = false;

    [[nodiscard]] bool empty() const noexcept {
        return ended.empty() && !recorded && !swept && !lanes && !stop && !woken && !reopen;
    }
};

/// Where mail waits for the engine's thread. Any thread. Outlives the engine in the hands of who may still
/// write to it.
class mailbox {
public:
    template <class Change>
    void put(Change change) {
        {
            const std::lock_guard lock(mutex_);
            change(mail_);
        }
        arrived_.notify_one();
    }

    /// All there is, once there is something or the time has come. The time is a bound, not a promise.
    mail take(std::optional<circuit_breaker::clock::time_point> until) {
        std::unique_lock lock(mutex_);
        const auto some = [this] { return !mail_.empty(); };
        if (until)
            arrived_.wait_until(lock, *until, some);
        else
            arrived_.wait(lock, some);
        return std::exchange(mail_, {});
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    mail mail_;
};

} // namespace webhookd::delivery
