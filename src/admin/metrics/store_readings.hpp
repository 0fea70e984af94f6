#pragma once

#include <webhookd/runtime/task.hpp>
#include <webhookd/store/event_store.hpp>

#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace webhookd::admin::metrics {

/// What the store has to count, or nothing where it cannot be read.
struct store_readings {
    std::optional<store::backlog> backlog;
    std::optional<store::store_statistics> statistics;
};

/// Counts on a reader's thread, at most once in a while and never twice at a time, however many scrapes ask;
/// the rest of them get what was counted last. A count that took long is not repeated soon. On one loop.
class store_reader {
public:
    /// Both must outlive it, and every `read`.
    store_reader(store::event_store& store, boost::asio::thread_pool& readers)
        : store_(store)
        , readers_(readers) {}

    runtime::task<std::shared_ptr<const store_readings>> read();

private:
    using steady = std::chrono::steady_clock;

    store::event_store& store_;
    boost::asio::thread_pool& readers_;
    std::shared_ptr<const store_readings> last_ = std::make_shared<store_readings>();
    steady::time_point good_until_{};
    bool reading_ = false;
};

} // namespace webhookd::admin::metrics
