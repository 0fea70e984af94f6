#pragma once

#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/retention.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace webhookd::store {

/// The thread that purges what is old enough: at the start, after every change, and every few minutes. It
/// searches on a reader's connection, and purges through the writer in batches so small, and with pauses so
/// long, that acknowledgements are not delayed. What it cannot do now it tries again the next time.
/// It uses the believed time (`judge_clock`), watches the clock, and logs when that is in doubt.
class purger {
public:
    /// Counted from an event's arrival; nullopt: for ever.
    struct ages {
        std::optional<std::chrono::seconds> events;
        std::optional<std::chrono::seconds> payloads;
    };

    /// Since the start.
    struct statistics {
        std::uint64_t events = 0;
        std::uint64_t payloads = 0; ///< that were purged alone, before their event
        std::uint64_t bytes = 0;    ///< of bodies
        std::uint64_t rounds = 0;   ///< whatever their outcome
        std::uint64_t failures = 0; ///< of those, ended early by the store
        std::optional<timestamp> last_round;
        /// How far the wall clock is ahead of what is believed of it (negative: behind), while it is in
        /// doubt.
        std::optional<std::chrono::seconds> clock_doubt;
    };

    /// All outlive the purger. It does nothing before `start`, and purges nothing while another instance
    /// leads the duty.
    purger(event_log& log, retention& store, this_instance self, group_writer& writer,
           const runtime::clock& clock, ages keep);
    /// Stops as `stop()` does.
    ~purger();

    void start();
    /// Replaces the ages before, at once: a round under way ends after its batch. Any thread.
    void change(ages keep);
    /// Ends after the batch under way; before the writer stops. Idempotent.
    void stop();

    [[nodiscard]] statistics snapshot() const;
    /// What retention counts with: never later than the wall clock. Any thread.
    [[nodiscard]] timestamp believed_now() const;
    /// Events that were created before this may have been kept once and purged: a store that purged some
    /// cannot tell whether it had them. nullopt: nothing was ever purged. Any thread, cheap.
    [[nodiscard]] std::optional<timestamp> removed_before() const;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::store
