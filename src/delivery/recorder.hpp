#pragma once

#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/group_writer.hpp>

#include "delivery/mailbox.hpp"

namespace webhookd::delivery {

/// Brings decisions into the store in batches, one batch at a time: while one is on its way, the next
/// gathers. What the store does not take is tried again until it does. On the engine's thread.
class recorder {
public:
    recorder(store::delivery_queue& queue, store::group_writer& writer, std::shared_ptr<mailbox> box)
        : queue_(queue)
        , writer_(writer)
        , box_(std::move(box)) {}

    /// `urgent`: something waits for it to be recorded.
    void add(recording r, bool urgent, circuit_breaker::clock::time_point now);
    /// Sends what is gathered, unless a batch is on its way, it is too early after a failure, or a little
    /// more may gather: each batch costs a transaction, which acknowledgements then wait for.
    void send(circuit_breaker::clock::time_point now);
    using batch = std::vector<recording>;
    /// The batch on its way has come back. What is in the store now; null: nothing.
    [[nodiscard]] std::shared_ptr<const batch> answered(bool taken, circuit_breaker::clock::time_point now);

    /// Whether its claim ends just now.
    [[nodiscard]] bool records(store::delivery_id id) const;

    /// More than this must not gather: who fills it should wait.
    [[nodiscard]] bool full() const noexcept { return gathered_.size() >= most_gathered; }
    [[nodiscard]] bool idle() const noexcept { return gathered_.empty() && !under_way_; }
    [[nodiscard]] std::optional<circuit_breaker::clock::time_point> next_try() const noexcept;

private:
    static constexpr std::size_t most_gathered = 4096;

    store::delivery_queue& queue_;
    store::group_writer& writer_;
    std::shared_ptr<mailbox> box_;
    batch gathered_;
    std::shared_ptr<const batch> under_way_;
    std::optional<circuit_breaker::clock::time_point> not_before_; ///< after a failure
    circuit_breaker::clock::time_point gather_until_;
    bool urgent_ = false;
};

} // namespace webhookd::delivery
