#pragma once

#include <webhookd/error.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace webhookd::ingest {

/// Keeps in the store when the daemon ran and when it refused webhooks with 503, so that afterwards, even
/// after `kill -9`, it is known which events may be missing. Writes are small, go through the writer between
/// its batches, and happen at most once each `interval` and when a new outage begins. What cannot be written
/// is kept in memory, bounded, and written when the disk is back.
class outage_recorder {
public:
    struct options {
        std::chrono::milliseconds interval = store::sole_heartbeat_interval; ///< between two heartbeats
        /// Refusals of one endpoint and reason that are not further apart are one outage.
        std::chrono::milliseconds pause = std::chrono::minutes(10);
        /// What heartbeats tell of this instance; empty: nothing. Called on the writer's thread.
        std::function<store::instance_state()> state = {};
    };

    /// All must outlive the recorder, and the writer must have stopped before it goes.
    outage_recorder(store::this_instance self, store::group_writer& writer, const runtime::clock& clock,
                    options opts);
    outage_recorder(store::this_instance self, store::group_writer& writer, const runtime::clock& clock)
        : outage_recorder(std::move(self), writer, clock, options{}) {}
    ~outage_recorder();
    outage_recorder(const outage_recorder&) = delete;
    outage_recorder& operator=(const outage_recorder&) = delete;

    /// From now on webhooks are received.
    void start();
    /// A webhook was answered 503. Any thread; cheap.
    void deferred(const std::string& endpoint, errc why);
    /// What is told of this instance has changed: tells it with the writer's next tasks. Any thread, between
    /// `start` and `stop`.
    void tell_soon();
    /// The same, and waits until it is kept; false: it is not within the bound, and will be later. Not on the
    /// writer's thread.
    [[nodiscard]] bool tell_now(std::chrono::milliseconds bound);
    /// Since `at` nothing is received any more. Before the writer stops; idempotent.
    void stop(timestamp at);

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::ingest
