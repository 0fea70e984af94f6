#pragma once

#include <webhookd/store/purge.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// What purges and erasures decide, whatever the engine.
namespace webhookd::store {

/// What one removal of an event has to do.
struct event_weight {
    bool there = false;
    bool held = false; ///< deliveries need it
    bool body = false; ///< it has one still
    std::int64_t body_bytes = 0;
    std::int64_t attempts = 0;
};

/// How much is removed in one transaction.
class removal_budget {
public:
    explicit removal_budget(std::size_t max_bytes)
        : most_(static_cast<std::int64_t>(max_bytes)) {}

    /// Whether the next event is removed as well; the first one always is.
    [[nodiscard]] bool take(const event_weight& e, bool with_attempts);

private:
    std::int64_t most_;
    std::int64_t weight_ = 0;
    bool first_ = true;
};

/// Looks at events in the order of arrival, until one is too young to be purged.
class purge_scan {
public:
    /// `believed`: the bounds that hold, in the order of their offsets.
    purge_scan(const purge_search& wanted, std::vector<arrival_bound> believed);

    /// How many events to look at, at most.
    [[nodiscard]] std::int64_t limit() const noexcept { return limit_; }
    /// False: this event, and so all after it, is too young.
    [[nodiscard]] bool inspect(event_offset offset, timestamp received, bool held);
    [[nodiscard]] purge_candidates take();

private:
    purge_search wanted_;
    std::int64_t limit_;
    std::vector<arrival_bound> bounds_;
    std::size_t next_bound_ = 0;
    timestamp arrived_; ///< of the latest that was looked at: offsets grow with time
    event_offset last_;
    std::int64_t looked_at_ = 0;
    purge_candidates found_;
};

} // namespace webhookd::store
