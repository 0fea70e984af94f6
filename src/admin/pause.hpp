#pragma once

#include <webhookd/runtime/task.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

namespace webhookd::admin {

/// Leaves the loop to others for a while.
inline runtime::task<void> pause(std::chrono::milliseconds time) {
    using steady = std::chrono::steady_clock;
    using timer =
        boost::asio::basic_waitable_timer<steady, boost::asio::wait_traits<steady>, runtime::executor>;
    timer t(co_await boost::asio::this_coro::executor, time);
    co_await t.async_wait(runtime::use_task);
}

/// How long the writer belongs to others after a piece of work that nobody is in a hurry for.
inline std::chrono::milliseconds pause_after(std::chrono::steady_clock::time_point began) {
    const auto took = std::chrono::steady_clock::now() - began;
    return std::chrono::duration_cast<std::chrono::milliseconds>(5 * took) + std::chrono::milliseconds(1);
}

} // namespace webhookd::admin
