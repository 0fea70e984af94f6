#pragma once

#include <webhookd/error.hpp>
#include <webhookd/runtime/await_callback.hpp>

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <utility>

namespace webhookd::admin {

/// Runs what may read the disk for long on one of the readers' threads, and comes back to the caller's loop
/// with what it answered: health checks and other callers are not held up meanwhile.
template <class Value>
runtime::task<result<Value>> on_reader(boost::asio::thread_pool& readers,
                                       std::function<result<Value>()> read) {
    auto start = [&readers, &read](auto resume) {
        boost::asio::post(readers, [read = std::move(read), resume] { resume(read()); });
    };
    co_return co_await runtime::await_callback<result<Value>>(start);
}

} // namespace webhookd::admin
