#pragma once

#include "delivery/attempt.hpp"
#include "delivery/lane.hpp"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::delivery {

/// A decision on its way into the store.
struct recording {
    std::string handler;
    bool in_sequence = false; ///< others may wait for it
    store::finished_delivery finished;
};

/// What others have for the engine's thread.
struct mail {
    std::vector<std::shared_ptr<attempt>> ended;
    std::optional<result<std::vector<store::delivery_id>>> recorded; ///< what the last `finish` answered
    std::optional<result<std::size_t>> swept;               ///< what the last `fail_waiting` answered
    std::optional<result<std::size_t>> recalled;            ///< what the last `call_back` answered
    std::optional<std::vector<lane_setup>> lanes;           ///< take the place of those before
    std::optional<circuit_breaker::clock::time_point> stop; ///< by when
    std::vector<std::function<void()>> reconsider;          ///< give up what is claimed, and call these
    std::vector<std::function<void()>> asked;               ///< for a sign of life: call these
    bool woken = false;
    bool leapt = false; ///< the wall clock did
    bool reopen = false;

    void tell_reconsidered() const {
        for (const auto& each : reconsider)
            each();
    }
    void clear() {
        auto kept = std::move(ended);
        kept.clear();
        *this = {};
        ended = std::move(kept);
    }
    [[nodiscard]] bool empty() const noexcept {
        return ended.empty() && !recorded && !swept && !recalled && !lanes && !stop && reconsider.empty() &&
               asked.empty() && !woken && !leapt && !reopen;
    }
};

/// Where mail waits for the engine's thread. Any thread. Outlives the engine in the hands of who may still
/// write to it.
class mailbox {
public:
    enum class urgency {
        now,
        soon ///< may gather for a few milliseconds, so that the thread is not woken for each
    };

    /// False, and nothing happens, when it is closed.
    template <class Change>
    bool put(Change change, urgency u = urgency::now) {
        bool wakes = u == urgency::now;
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            urgent_ = urgent_ || wakes;
            wakes = wakes || mail_.empty(); // for it to look at its watch
            change(mail_);
        }
        if (wakes) arrived_.notify_one();
        return true;
    }

    /// Nobody will look into it any more; what was left in it.
    [[nodiscard]] mail close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        return std::exchange(mail_, {});
    }

    /// Trades an empty `out` for all there is, once there is something or the time has come. The time is a
    /// bound, not a promise.
    void take(std::optional<circuit_breaker::clock::time_point> until, mail& out) {
        std::unique_lock lock(mutex_);
        const auto some = [this] { return !mail_.empty(); };
        if (until)
            arrived_.wait_until(lock, *until, some);
        else
            arrived_.wait(lock, some);
        if (some() && !urgent_) {
            const auto gathered = circuit_breaker::clock::now() + gathering_time;
            arrived_.wait_until(lock, until ? std::min(*until, gathered) : gathered,
                                [this] { return urgent_; });
        }
        urgent_ = false;
        std::swap(mail_, out);
    }

private:
    static constexpr std::chrono::milliseconds gathering_time{5};

    std::mutex mutex_;
    std::condition_variable arrived_;
    mail mail_;
    bool urgent_ = false;
    bool closed_ = false;
};

} // namespace webhookd::delivery
