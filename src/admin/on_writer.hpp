#pragma once

#include <webhookd/runtime/await_callback.hpp>
#include <webhookd/store/group_writer.hpp>

#include <functional>
#include <utility>

namespace webhookd::admin {

/// Runs a write on the writer's thread and comes back to the caller's loop with what it answered.
/// Errors: shutting_down, and the write's own.
template <class Value>
runtime::task<result<Value>> on_writer(store::group_writer& writer, std::function<result<Value>()> write) {
    auto start = [&writer, &write](auto resume) {
        const bool queued = writer.submit_task([write = std::move(write), resume] { resume(write()); });
        if (!queued) resume(failure{errc::shutting_down});
    };
    co_return co_await runtime::await_callback<result<Value>>(start);
}

} // namespace webhookd::admin
