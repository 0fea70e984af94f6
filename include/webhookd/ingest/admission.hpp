#pragma once

#include <webhookd/event/envelope.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/purger.hpp>

#include <atomic>
#include <cstdint>

namespace webhookd::ingest {

/// Whether a proven event may be kept now. Any thread; cheap, for every event asks.
class admission {
public:
    /// Both outlive it. At most `max_pending` deliveries wait.
    admission(const store::delivery_query& deliveries, const store::purger& purger,
              std::uint64_t max_pending);

    /// Replaces the bound before.
    void change(std::uint64_t max_pending) noexcept { max_pending_ = max_pending; }
    [[nodiscard]] std::uint64_t max_pending() const noexcept { return max_pending_; }

    /// So many deliveries wait already that nothing new may be taken.
    [[nodiscard]] bool is_full() const noexcept;

    /// Whether an event may have been kept once and purged since because of its age: it is acknowledged and
    /// not kept again, because it cannot be distinguished from a replayed body.
    [[nodiscard]] bool is_stale(const event::envelope& e) const;

private:
    const store::delivery_query& deliveries_;
    const store::purger& purger_;
    std::atomic<std::uint64_t> max_pending_;
};

} // namespace webhookd::ingest
