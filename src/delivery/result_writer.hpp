#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/error.hpp>
#include <webhookd/store/delivery.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// The outcome of an attempt, on its way into the store.
struct pending_result {
    std::string handler;
    bool is_ordered = false; ///< others may wait for it
    store::finished_delivery finished;
};

/// Gathers results into batches and decides when one is written, one batch at a time: while one is under way,
/// the next gathers. What the store does not take is tried again until it does. Part of the schedule.
class result_writer {
public:
    using steady = circuit_breaker::clock;
    using batch = std::vector<pending_result>;

    /// `urgent`: something waits for it to be written.
    void add(pending_result r, bool urgent, steady::time_point now);
    /// To be written now, and under way from here on. Null: nothing, because a batch is under way, it is too
    /// early after a failure, or a little more may gather: each batch costs a transaction, which
    /// acknowledgements then wait for.
    [[nodiscard]] std::shared_ptr<const batch> next_batch(steady::time_point now);
    /// The batch under way has come back. What is in the store now; null: nothing.
    [[nodiscard]] std::shared_ptr<const batch> written(bool taken, steady::time_point now);
    /// The store takes nothing any more: what was under way will be done again after a start.
    void drop_batch() noexcept { under_way_.reset(); }

    /// Whether any result of the handler is not written yet.
    [[nodiscard]] bool has_of(const std::string& handler) const;
    /// Whether the batch under way has it.
    [[nodiscard]] bool is_writing(store::delivery_id id) const;
    /// More than this must not gather: no more claims until it is written.
    [[nodiscard]] bool is_full() const noexcept { return gathered_.size() >= most_gathered; }
    [[nodiscard]] bool is_idle() const noexcept { return gathered_.empty() && !under_way_; }
    [[nodiscard]] std::optional<steady::time_point> wake_at() const noexcept;

private:
    static constexpr std::size_t most_gathered = 4096;

    batch gathered_;
    std::shared_ptr<const batch> under_way_;
    std::optional<steady::time_point> not_before_; ///< after a failure
    steady::time_point gather_until_;
    bool urgent_ = false;
};

} // namespace webhookd::delivery
