#pragma once

#include <webhookd/runtime/task.hpp>
#include <webhookd/store/group_writer.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <utility>

/// How a call leaves the admin loop for the threads that may block, and comes back to it.
/// Give the work a name before you await it: GCC 12 destroys a temporary within a co_await expression twice.
namespace webhookd::admin {

/// Runs what may read the disk for long on one of the readers' threads: health checks and other callers are
/// not held up meanwhile.
template <class Value>
runtime::task<result<Value>> on_reader(boost::asio::thread_pool& readers,
                                       std::function<result<Value>()> read) {
    auto start = [&readers, &read](auto resume) {
        boost::asio::post(readers, [read = std::move(read), resume] { resume(read()); });
    };
    co_return co_await runtime::await_callback<result<Value>>(start);
}

/// Runs a write on the writer's thread. Errors: shutting_down, and the write's own.
template <class Value>
runtime::task<result<Value>> on_writer(store::group_writer& writer, std::function<result<Value>()> write) {
    auto start = [&writer, &write](auto resume) {
        const bool queued = writer.submit_task([write = std::move(write), resume] { resume(write()); });
        if (!queued) resume(failure{errc::shutting_down});
    };
    co_return co_await runtime::await_callback<result<Value>>(start);
}

/// Lets other work of the loop run for a while.
inline runtime::task<void> pause(std::chrono::milliseconds time) {
    using steady = std::chrono::steady_clock;
    using timer =
        boost::asio::basic_waitable_timer<steady, boost::asio::wait_traits<steady>, runtime::executor>;
    timer t(co_await boost::asio::this_coro::executor, time);
    co_await t.async_wait(runtime::use_task);
}

/// Changes events through the writer, at most so many in one transaction, and pauses in between for other
/// users of the writer. `change` gets the next of them, and returns an outcome that knows how many it has
/// `done` from the front; `add` gets each outcome. Ends at the first error.
template <class Outcome, class Change, class Add>
runtime::task<result<void>> in_batches(store::group_writer& writer, std::span<const store::event_offset> left,
                                       std::size_t at_once, Change change, Add add) {
    while (!left.empty()) {
        const auto began = std::chrono::steady_clock::now();
        std::function<result<Outcome>()> write = [part = left.first(std::min(at_once, left.size())),
                                                  &change] { return change(part); };
        const auto done = co_await on_writer<Outcome>(writer, std::move(write));
        if (!done) co_return done.error();
        add(*done);
        left = left.subspan(std::clamp<std::size_t>(done->done, 1, left.size()));
        const auto took = std::chrono::steady_clock::now() - began;
        if (!left.empty())
            co_await pause(std::chrono::duration_cast<std::chrono::milliseconds>(5 * took) +
                           std::chrono::milliseconds(1));
    }
    co_return result<void>{};
}

} // namespace webhookd::admin
