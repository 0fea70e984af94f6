#pragma once

#include <webhookd/runtime/log.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

namespace webhookd::runtime {

/// Every coroutine of the daemon runs on one event loop from its first to its last line; naming the loop's
/// own executor type, instead of a type-erased one, keeps that visible and cheap.
using executor = boost::asio::io_context::executor_type;

template <class T>
using task = boost::asio::awaitable<T, executor>;

inline constexpr boost::asio::use_awaitable_t<executor> use_task{};

/// Waits for a result of another thread. `start` is called at once with a callback, which is copyable and
/// must be called exactly once, on any thread, within `start` too; the coroutine goes on, on its own loop,
/// with the value that it was called with. `start` lives until then: give it a name in the frame of the
/// coroutine that waits.
template <class Value, class Start>
task<Value> await_callback(Start& start) {
    const auto loop = co_await boost::asio::this_coro::executor;
    auto initiate = [&start, loop](auto handler) {
        start([loop, held = std::make_shared<decltype(handler)>(std::move(handler))](Value brought) {
            boost::asio::post(
                loop, [held, brought = std::move(brought)]() mutable { (*held)(std::move(brought)); });
        });
    };
    co_return co_await boost::asio::async_initiate<decltype(use_task), void(Value)>(initiate, use_task);
}

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
