#pragma once

#include <webhookd/delivery/engine.hpp>

#include "delivery/attempt.hpp"
#include "delivery/handler_test.hpp"
#include "delivery/orphan_findings.hpp"

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

/// A test that is asked for.
struct test_request {
    std::string handler;
    handler::delivery task;
    test_callback done;
};

/// Commands of other threads for the engine's.
struct commands {
    std::vector<std::shared_ptr<attempt>> ended;
    std::optional<result<std::vector<store::delivery_id>>> written; ///< what the last `finish` answered
    std::optional<orphan_findings> looked;                          ///< for orphans
    std::optional<result<std::size_t>> orphans_failed;              ///< what the last `fail_waiting` answered
    std::optional<result<std::size_t>> called_back;                 ///< what the last `call_back` answered
    std::optional<std::vector<handler_setup>> handlers;             ///< replace those before
    std::optional<circuit_breaker::clock::time_point> stop;         ///< by when
    std::vector<std::function<void()>> revoke_claims;               ///< and call these
    std::vector<std::function<void()>> asked;                       ///< for a heartbeat: call these
    std::vector<test_request> tests;
    std::vector<std::shared_ptr<handler_test>> tested; ///< those that have ended
    bool woken = false;
    bool erased = false;      ///< by another instance: what was claimed before must not begin
    bool circuits = false;    ///< another instance has opened or closed one
    bool clock_leapt = false; ///< the wall clock
    bool reopen = false;

    void clear() {
        auto kept = std::move(ended);
        kept.clear();
        *this = {};
        ended = std::move(kept);
    }
    [[nodiscard]] bool empty() const noexcept {
        return ended.empty() && !written && !looked && !orphans_failed && !called_back && !handlers &&
               !stop && revoke_claims.empty() && asked.empty() && tests.empty() && tested.empty() && !woken &&
               !erased && !circuits && !clock_leapt && !reopen;
    }
};

/// Where commands wait for the engine's thread. Any thread. Kept alive by the threads that may still write to
/// it.
class inbox {
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
            const std::lock_guard lock{mutex_};
            if (closed_) return false;
            urgent_ = urgent_ || wakes;
            wakes = wakes || waiting_.empty(); // so that it bounds its wait
            change(waiting_);
        }
        if (wakes) arrived_.notify_one();
        return true;
    }

    /// Accepts nothing any more; returns what was left in it.
    [[nodiscard]] commands close() {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        return std::exchange(waiting_, {});
    }

    /// Swaps an empty `out` with all commands, once there is one or the time has come. The time is a bound,
    /// not a promise.
    void take(std::optional<circuit_breaker::clock::time_point> until, commands& out) {
        std::unique_lock lock{mutex_};
        const auto some = [this] { return !waiting_.empty(); };
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
        std::swap(waiting_, out);
    }

private:
    static constexpr std::chrono::milliseconds gathering_time{5};

    std::mutex mutex_;
    std::condition_variable arrived_;
    commands waiting_;
    bool urgent_ = false;
    bool closed_ = false;
};

} // namespace webhookd::delivery
