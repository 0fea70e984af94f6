#pragma once

#include <webhookd/runtime/task.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>

namespace webhookd::runtime {

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

} // namespace webhookd::runtime
