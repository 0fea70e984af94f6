#pragma once

#include <webhookd/handler/handler.hpp>
#include <webhookd/routing/routing_table.hpp>
#include <webhookd/store/group_writer.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace webhookd::delivery {

/// Walks over the kept events in the order of their arrival and hands each to the handlers that the routing
/// table names. How far it came is kept in the store, so a restart goes on where the last run stopped; after
/// a crash the events since the last kept position are handed over again (at least once). A handler that
/// fails holds the walk up and is tried again, with growing pauses.
class dispatcher {
public:
    using handler_map = std::map<std::string, std::unique_ptr<handler::handler>>;

    /// Store and writer must outlive the dispatcher. Every handler that the table names is in the map.
    dispatcher(store::event_store& store, store::group_writer& writer, routing::routing_table table,
               handler_map handlers);
    /// Stops as `stop()` does.
    ~dispatcher();

    void start();
    /// There may be something new. Any thread; cheap.
    void wake();
    /// Finishes the event at hand and ends the thread. Idempotent.
    void stop();

    [[nodiscard]] store::sequence position() const noexcept { return position_; }

private:
    using clock = std::chrono::steady_clock;

    void run(const std::stop_token& stop);
    bool hand_over(const store::stored_event& event, const std::stop_token& stop);
    bool pause(const std::stop_token& stop, std::chrono::milliseconds how_long);
    void keep_position();

    store::event_store& store_;
    store::group_writer& writer_;
    routing::routing_table table_;
    handler_map handlers_;
    store::extent extent_; ///< of what the handlers need to know of an event
    std::atomic<store::sequence> position_{0};
    store::sequence kept_position_ = 0;
    clock::time_point kept_at_{};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool woken_ = false;
    std::jthread thread_;
};

} // namespace webhookd::delivery
