#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace webhookd::runtime {

/// Every coroutine of the daemon runs on one event loop from its first to its last line; naming the loop's
/// own executor type, instead of a type-erased one, keeps that visible and cheap.
using executor = boost::asio::io_context::executor_type;

template <class T>
using task = boost::asio::awaitable<T, executor>;

inline constexpr boost::asio::use_awaitable_t<executor> use_task{};

} // namespace webhookd::runtime
