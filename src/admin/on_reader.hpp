#pragma once

#include <webhookd/error.hpp>
#include <webhookd/runtime/task.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace webhookd::admin {

/// Runs what may read the disk for long on one of the readers' threads, and comes back to the caller's loop
/// with what it answered: health checks and other callers are not held up meanwhile.
template <class Value>
runtime::task<result<Value>> on_reader(boost::asio::thread_pool& readers,
                                       std::function<result<Value>()> read) {
    const auto loop = co_await boost::asio::this_coro::executor;
    auto initiate = [&readers, &read, loop](auto handler) {
        using handler_type = decltype(handler);
        boost::asio::post(readers, [read = std::move(read), loop,
                                    held = std::make_shared<handler_type>(std::move(handler))] {
            auto answer = read();
            boost::asio::post(loop,
                              [held, answer = std::move(answer)]() mutable { (*held)(std::move(answer)); });
        });
    };
    co_return co_await boost::asio::async_initiate<decltype(runtime::use_task), void(result<Value>)>(
        initiate, runtime::use_task);
}

} // namespace webhookd::admin
