#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/delivery.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

/// The port for questions about deliveries. Blocking: not on an event loop. Any thread, beside a running
/// write, which it never delays. Errors of all calls: store_io, store_busy, store_corrupt.
class delivery_query {
public:
    /// In the order of their ids, newest first; those before `before`, where given. What is pending, failed
    /// or discarded, a cause, an event and a period (see `planned_tolerance`) are found by indexes; a handler
    /// or successful ones are looked for from the newest on. Errors: query_timeout.
    virtual result<std::vector<delivery_record>>
    deliveries(const delivery_filter& filter, std::optional<delivery_id> before, std::size_t limit) = 0;
    /// Oldest first. Empty also for a delivery that is not there.
    virtual result<std::vector<attempt>> attempts(delivery_id id) = 0;
    /// When and why it was discarded, oldest first: it may have been retried in between. Empty also for a
    /// delivery that is not there.
    virtual result<std::vector<discard_record>> discards(delivery_id id) = 0;
    /// How many deliveries each of these events has, in their order; all 0 for one that is not there.
    virtual result<std::vector<delivery_counts>> count_deliveries(std::span<const event_offset> events) = 0;
    /// The failed deliveries by handler and cause, largest group first, at most `limit` groups; of one
    /// handler, where it is not empty. Kept as they fail: the cost grows with the groups, not with their
    /// deliveries.
    virtual result<std::vector<failure_group>> failure_groups(std::string_view handler,
                                                              std::size_t limit) = 0;
    /// Handlers that ever had a delivery, with how many wait for each. Counted from an index: the cost grows
    /// with what waits.
    virtual result<std::map<std::string, std::int64_t>> waiting_by_handler() = 0;
    /// Counted from indexes: the cost grows with what waits and what has failed. Not for every moment.
    virtual result<store::backlog> backlog() = 0;
    /// How many wait in all. Costs nothing.
    [[nodiscard]] virtual std::int64_t pending() const noexcept = 0;

protected:
    ~delivery_query() = default;
};

/// The port of the queue that deliveries are: planned → claimed → finished.
/// The engine's own clock decides what is due and how long a claim holds: callers pass durations. Blocking.
/// `finish`, `plan`, `retry`, `discard`, `call_back` and `fail_waiting` come from the writer's thread;
/// `claim`, `extend` and `release` from any. Durability and errors as event_log has them.
class delivery_queue {
public:
    /// Claims what is due for a handler; nothing while its circuit is open, unless this instance has its test
    /// (see circuits). Of an ordering key only the earliest is ever due. A claim costs no write where one
    /// process holds the store alone.
    virtual result<claim_answer> claim(const claim_request& request) = 0;
    /// Lets claims hold for `lease` from now on, even if their lease was over, unless another has them:
    /// returns those.
    virtual result<std::vector<delivery_id>> extend(std::span<const store::claim> claims,
                                                    std::chrono::milliseconds lease) = 0;
    /// Gives claims back unfinished: they count as not tried.
    virtual void release(std::span<const store::claim> claims) = 0;
    /// Records attempts in one transaction and ends their claims. Skips deliveries that are not there any
    /// more, and attempts whose claim another has (fenced), and returns the latter. On an error the claims
    /// stay.
    virtual result<std::vector<delivery_id>> finish(std::span<const finished_delivery> batch) = 0;

    /// Plans deliveries of events that are kept, in one transaction: a replay. They come after all waiting
    /// deliveries with the same ordering keys, in the order of the plans. Events that are not there any more,
    /// or whose body was purged, are passed over.
    virtual result<std::vector<delivery_id>> plan(std::span<const event_plan> plans) = 0;
    /// Makes failed deliveries that the filter names pending again, at most `limit`, oldest first. Their
    /// attempts so far do not count any more; those whose event's body was purged stay failed. They come
    /// before all later ones of their ordering keys that do not run at this moment. One that is named by its
    /// id may also be discarded; or wait for its next attempt, and becomes due. Returns how many.
    virtual result<std::size_t> retry(const delivery_filter& filter, std::size_t limit) = 0;
    /// Gives up failed deliveries that the filter names, at most `limit`, in one transaction: they are
    /// discarded, hold the later ones of their ordering keys up no longer, and keep `how` for good. Returns
    /// how many.
    virtual result<std::size_t> discard(const delivery_filter& filter, const discard_record& how,
                                        std::size_t limit) = 0;
    /// Lets pending deliveries of a handler become due that wait longer than they should: never tried and due
    /// in some seconds, or due later than `most` from now. The cause is a clock that was ahead when they were
    /// planned or tried, and was corrected since. At most `limit`; answers how many.
    virtual result<std::size_t> call_back(std::string_view handler, std::chrono::milliseconds most,
                                          std::size_t limit) = 0;
    /// Fails pending deliveries of a handler that was removed, at most `limit`, oldest first. Returns how
    /// many: none while another instance has the handler (see instances), and none that another is making an
    /// attempt of.
    virtual result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason,
                                             std::size_t limit) = 0;

protected:
    ~delivery_queue() = default;
};

} // namespace webhookd::store
