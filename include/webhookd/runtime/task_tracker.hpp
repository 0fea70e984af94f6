#pragma once

#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/task.hpp>

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>

namespace webhookd::runtime {

/// Counts coroutines that were started and not awaited, so that the owner of what they use can wait for their
/// end. Any thread.
class task_tracker {
public:
    /// Runs `t` on `where`; it counts until it has ended. An exception that leaves it is a bug and is logged.
    template <class Executor>
    void spawn(Executor where, task<void> t) {
        begin();
        boost::asio::co_spawn(where, std::move(t), end_of_task{this});
    }

    /// False when the bound passed first.
    bool wait_for(std::chrono::milliseconds bound) {
        std::unique_lock lock{mutex_};
        return none_left_.wait_for(lock, bound, [this] { return running_ == 0; });
    }

    void wait() {
        std::unique_lock lock{mutex_};
        none_left_.wait(lock, [this] { return running_ == 0; });
    }

private:
    struct end_of_task {
        task_tracker* tracker;
        void operator()(const std::exception_ptr& error) const {
            if (error) log_exception(error);
            tracker->end();
        }
    };

    static void log_exception(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            log::error("an exception ended a task", {{"what", e.what()}});
        }
    }

    void begin() {
        const std::lock_guard lock{mutex_};
        ++running_;
    }
    void end() {
        // Notified under the lock: the tracker may be destroyed as soon as a waiter sees zero.
        const std::lock_guard lock{mutex_};
        if (--running_ == 0) none_left_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable none_left_;
    std::size_t running_ = 0;
};

} // namespace webhookd::runtime
