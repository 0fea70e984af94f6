#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/group_writer.hpp>

#include "delivery/mailbox.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::delivery {

/// Calls deliveries back that a clock which ran ahead has put off: what waits longer than its handler's
/// `max_delay`, and what was never tried and yet waits, becomes due. Looks at the start, after a leap of the
/// clock, and once again a little later, for what was on its way to the disk meanwhile. In small batches, so
/// that no acknowledgement waits. On the engine's thread.
class recaller {
public:
    using steady = circuit_breaker::clock;
    /// Handlers, and the longest that a delivery may be told to wait.
    using bounds = std::vector<std::pair<std::string, std::chrono::milliseconds>>;

    recaller(store::delivery_queue& queue, store::group_writer& writer, std::shared_ptr<mailbox> box)
        : queue_(queue)
        , writer_(writer)
        , box_(std::move(box)) {}

    void look_soon();
    [[nodiscard]] bool wants_work(steady::time_point now) const noexcept;
    /// When it wants to.
    void work(const bounds& alive, steady::time_point now);
    /// The batch on its way has come back, with how many became due. The handler that has something to do
    /// now; empty: none has.
    [[nodiscard]] std::string answered(const result<std::size_t>& called, steady::time_point now);

    [[nodiscard]] bool idle() const noexcept { return !under_way_; }
    [[nodiscard]] std::optional<steady::time_point> next_look() const noexcept;

private:
    store::delivery_queue& queue_;
    store::group_writer& writer_;
    std::shared_ptr<mailbox> box_;
    std::deque<bounds::value_type> left_; ///< the first is at work
    bool under_way_ = false;
    std::size_t called_ = 0; ///< of the first
    std::optional<steady::time_point> look_at_;
    bool again_ = false; ///< a second look is owed
};

} // namespace webhookd::delivery
