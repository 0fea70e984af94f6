#pragma once

#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event_query.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace webhookd::telemetry {

/// What the store has to count; nullopt while it cannot be read.
struct store_counts {
    std::optional<store::backlog> backlog;
    std::optional<store::store_statistics> statistics;
};

/// Counts in the store at most once in a while and never twice at a time, however many scrapes ask; the rest
/// of them get what was counted last. A count that took long is not repeated soon. Any thread.
class store_counter {
public:
    /// Both outlive it.
    store_counter(store::event_query& events, store::delivery_query& deliveries)
        : events_(events)
        , deliveries_(deliveries) {}

    /// Whether a count is due. The caller who is told so must call `count`; until that has ended nobody else
    /// is told so.
    [[nodiscard]] bool begin();
    /// Reads the disk: on a thread for that.
    void count();
    [[nodiscard]] std::shared_ptr<const store_counts> last() const;

private:
    using steady = std::chrono::steady_clock;

    store::event_query& events_;
    store::delivery_query& deliveries_;
    mutable std::mutex mutex_;
    std::shared_ptr<const store_counts> last_ = std::make_shared<store_counts>();
    steady::time_point good_until_{};
    bool counting_ = false;
};

} // namespace webhookd::telemetry
