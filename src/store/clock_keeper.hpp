#pragma once

#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/retention.hpp>

#include <chrono>
#include <mutex>
#include <optional>

namespace webhookd::store {

/// Measures the wall clock against the steady one and against what the store remembers, keeps the result in
/// the store, and logs when the wall clock leaps.
class clock_keeper {
public:
    /// All three outlive it.
    clock_keeper(const event_log& log, retention& store, group_writer& writer, const runtime::clock& clock)
        : log_(log)
        , store_(store)
        , writer_(writer)
        , clock_(clock) {}

    /// The first reading, before a new heartbeat is written.
    void start();
    /// One more reading, by one thread; after a change it is kept at once.
    void observe();
    /// Hands what is believed to the writer, which keeps it.
    void keep();

    /// What retention may count with; nullopt until the store has told what it remembers. Any thread.
    [[nodiscard]] std::optional<timestamp> believed_now() const;
    /// How far the wall clock is ahead, while it is in doubt so much that people should know. Any thread.
    [[nodiscard]] std::optional<std::chrono::seconds> doubt() const;

private:
    using steady = std::chrono::steady_clock;
    [[nodiscard]] bool remember();
    void announce(const clock_verdict& verdict, timestamp wall) const;
    void keep_with(const std::optional<arrival_bound>& bound);
    [[nodiscard]] std::optional<arrival_bound> bound_for(const clock_verdict& verdict, timestamp wall) const;

    const event_log& log_;
    retention& store_;
    group_writer& writer_;
    const runtime::clock& clock_;
    mutable std::mutex mutex_;
    std::optional<clock_state> state_;
    bool loud_ = false; ///< the doubt is more than a pause between two runs
    steady::time_point started_{};
    steady::time_point last_observed_{};
    event_offset first_ = 0; ///< newest event at the start
    event_offset sure_ = 0;  ///< newest event while the clock was last believed
};

} // namespace webhookd::store
