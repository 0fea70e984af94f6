#pragma once

#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/delivery_queue.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/dictionary.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::store::sqlite {

/// Writes deliveries, on the writer's connection and within its transactions. What the calls promise is
/// documented in delivery_queue. One thread at a time.
class delivery_writer {
public:
    /// `clock` must outlive the writer.
    static result<delivery_writer> open(connection& db, const runtime::clock& clock);

    /// Plans deliveries, due from now on, of an event whose ordering key is `key`; `since` is what their age
    /// is measured from. Ids follow one another, the first after `last_id()`.
    result<void> plan(connection& db, event_offset offset, std::span<const planned_delivery> planned,
                      std::string_view key, timestamp since);
    /// The same, of an event that was kept long ago.
    result<void> replay(connection& db, event_offset offset, std::span<const planned_delivery> planned,
                        std::string_view key) {
        return plan(db, offset, planned, key, clock_->now());
    }
    result<void> finish(const finished_delivery& f);
    /// Whether an attempt of a delivery may be under way.
    using running = std::function<bool(delivery_id)>;
    /// `runs` must stay true of what it is asked about until the transaction has ended.
    result<std::size_t> retry(connection& db, const delivery_filter& filter, std::size_t limit,
                              const running& runs);
    /// Gives a failed delivery up, and lets those behind it go on. False when it is not failed.
    result<bool> discard(delivery_id id);
    result<std::size_t> call_back(connection& db, std::string_view handler, std::chrono::milliseconds most,
                                  std::size_t limit);
    result<std::size_t> fail_waiting(connection& db, std::string_view handler, std::string_view reason,
                                     std::size_t limit);

    /// Gives up an event's deliveries that can never run again: those that wait fail, and none blocks its
    /// ordering key any more. Returns how many waited.
    result<std::size_t> give_up(event_offset offset, std::string_view reason, timestamp at);

    /// Deliveries that wait, and the last id given: as the transaction under way will leave them.
    [[nodiscard]] std::int64_t pending() const noexcept { return pending_; }
    [[nodiscard]] delivery_id last_id() const noexcept { return last_id_; }
    /// The transaction was rolled back: numbers and names go back to what they were.
    void roll_back(delivery_id last_id, std::int64_t pending) noexcept;

private:
    struct ordered_queue {
        std::int64_t handler;
        std::string ordering_key; ///< empty: not ordered
    };
    result<void> insert(delivery_id id, event_offset offset, std::int64_t handler, const planned_delivery& p,
                        std::string_view key, timestamp since);
    /// Whether a delivery of the key waits or blocks it.
    result<bool> occupied(std::int64_t handler, std::string_view ordering_key);
    /// Makes the earliest delivery of a key due, unless a failed one blocks the key. A later one that is
    /// already due is put back, unless it runs: then this is done when it ends.
    result<void> settle(const ordered_queue& p, const running& runs);
    using ordered_delivery = std::pair<delivery_id, ordered_queue>;
    /// Those whose event still has its body.
    static result<std::vector<ordered_delivery>> choose(connection& db, const delivery_filter& filter,
                                                        std::size_t limit);
    result<void> revive(delivery_id id, const ordered_queue& p, const running& runs);
    result<std::optional<std::int64_t>> first(statement& select);

    const runtime::clock* clock_ = nullptr;
    dictionary handlers_;
    statement insert_;
    statement occupied_;
    statement finish_;
    statement insert_attempt_;
    statement head_;
    statement due_one_;
    statement make_due_;
    statement call_back_;
    statement hasten_;
    statement revive_;
    statement discard_;
    statement fail_waiting_;
    statement unfinished_;
    statement give_up_;
    delivery_id last_id_ = 0;
    std::int64_t pending_ = 0;
};

} // namespace webhookd::store::sqlite
