#pragma once

#include <webhookd/runtime/histogram.hpp>
#include <webhookd/store/event_log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace webhookd::store {

/// Group commit: one thread that takes all waiting events, appends them in one transaction, and answers every
/// waiter. It never sleeps to make a batch larger; while one batch is on its way to the disk, the next one
/// gathers, and it gathers on while the log waits for another instance's. Memory is bounded by `max_waiting`.
/// When the store fails, every waiter of the batch gets its failure. Where the failure is one event's own
/// (not the disk's: argument_invalid, or an exception), the batch is halved until only the culprit fails.
class group_writer {
public:
    using completion = std::function<void(result<append_outcome>)>;

    struct options {
        std::size_t max_waiting =
            4096; ///< events between the socket and the disk, those being written included
        std::size_t max_batch = 512;
        std::size_t max_batch_bytes = 8 * 1024 * 1024; ///< of bodies; one larger body goes alone
        /// Between two probes while unhealthy; else between two checks that the store's files are in place.
        std::chrono::milliseconds probe_interval{1000};
    };

    struct statistics {
        std::uint64_t batches = 0;  ///< transactions tried
        std::uint64_t events = 0;   ///< answered with an outcome, accepted or duplicate
        std::uint64_t failures = 0; ///< events answered with a failure
        std::size_t waiting = 0;
    };

    /// Of the transactions that added events.
    struct measurements {
        runtime::histogram_snapshot commits; ///< how long each took, fsync included, in nanoseconds
        runtime::histogram_snapshot sizes;   ///< events in each
    };

    /// The log must outlive the writer.
    group_writer(event_log& log, options opts);
    /// Stops as `stop()` does.
    ~group_writer();

    /// Any thread. False when `max_waiting` events wait or the writer is stopping: then `done` is never
    /// called, and the event is untouched. True: `done` is called exactly once, on the writer's thread; it
    /// must not block.
    [[nodiscard]] bool submit(new_event&& event, completion done);

    /// Runs a small write (a retry) on the writer's thread, between batches, in the order of
    /// submission; its exceptions are dropped. False when stopping: then it never runs. True: it runs, and
    /// before `stop` returns.
    [[nodiscard]] bool submit_task(std::function<void()> task);

    /// Takes nothing new, writes what waits, ends the thread. Idempotent, any thread but the writer's own.
    void stop();

    /// The last batch, if any, reached the disk, and the store's files are in their places. After one that
    /// did not, the writer probes the store every `probe_interval`, so that this turns true again once the
    /// disk does, even if nobody submits meanwhile.
    [[nodiscard]] bool healthy() const noexcept;
    /// Why it is not healthy.
    [[nodiscard]] std::optional<failure> trouble() const;
    [[nodiscard]] statistics snapshot() const;
    [[nodiscard]] measurements measured() const;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::store
