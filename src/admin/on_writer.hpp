#pragma once

#include <webhookd/runtime/task.hpp>
#include <webhookd/store/group_writer.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace webhookd::admin {

/// Runs a write on the writer's thread and comes back to the caller's loop with what it answered.
/// Errors: shutting_down, and the write's own.
template <class Value>
runtime::task<result<Value>> on_writer(store::group_writer& writer,
                                       std::function<result<Value>(store::event_store&)> write) {
    const auto loop = co_await boost::asio::this_coro::executor;
    auto initiate = [&writer, &write, loop](auto handler) {
        using handler_type = decltype(handler);
        // std::function wants it copyable.
        const auto resume = [loop, held = std::make_shared<handler_type>(std::move(handler))](
                                result<Value> answer) {
            boost::asio::post(loop,
                              [held, answer = std::move(answer)]() mutable { (*held)(std::move(answer)); });
        };
        const bool queued = writer.submit_task(
            [write = std::move(write), resume](store::event_store& store) { resume(write(store)); });
        if (!queued) resume(failure{errc::shutting_down});
    };
    co_return co_await boost::asio::async_initiate<decltype(runtime::use_task), void(result<Value>)>(
        initiate, runtime::use_task);
}

} // namespace webhookd::admin
