#pragma once

#include <webhookd/delivery/engine.hpp>

#include "delivery/action.hpp"
#include "delivery/circuit_exchange.hpp"
#include "delivery/handler_queue.hpp"
#include "delivery/held_claims.hpp"
#include "delivery/ingest_pressure.hpp"
#include "delivery/orphan_cleaner.hpp"
#include "delivery/recaller.hpp"
#include "delivery/result_writer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// Decides what delivery does next. Pure: (state, command, now) → actions, whose outcomes are passed back to
/// it; it has no thread, no socket, no clock and no store, so that tests play a script and let any action
/// fail. Only its queues' prefetched claims are also taken by other threads (see prefetch_buffer). One thread
/// at a time.
class schedule {
public:
    using steady = circuit_breaker::clock;
    using time_point = steady::time_point;

    /// Checks at once what a wrong clock has put off before.
    schedule() { recaller_.check_soon(); }

    // Commands.

    /// These replace the handlers before. One that is the same object keeps its queue.
    void configure(std::vector<handler_setup> handlers);
    /// Something new may be due.
    void wake();
    /// Gives all claims back that have not begun, to claim again what is still to be done then.
    void revoke_claims();
    void clock_leapt();
    /// Another instance has opened or closed one.
    void circuits_changed() { circuits_.check_soon(); }
    /// Begins nothing new, and cancels at `by` what still runs.
    void stop(time_point by);

    // Tests of handlers, beside their queues.

    /// Errors: as test_callback has them.
    [[nodiscard]] result<std::shared_ptr<handler::handler>> begin_test(const std::string& handler);
    void end_test(const std::string& handler) { tested_.erase(handler); }
    /// The handlers that are being tested, by name: kept until the end of their tests.
    using tested_handlers = std::map<std::string, std::shared_ptr<handler::handler>>;
    [[nodiscard]] const tested_handlers& tested() const noexcept { return tested_; }

    // Outcomes of actions. What failed is tried again after a moment.

    void claimed(handler_queue& queue, result<store::claim_answer> answer, time_point now);
    /// With the claims that another has.
    void extended(result<std::vector<store::delivery_id>> lost, time_point now);
    /// `chance` is drawn from [0, 1).
    void ended(attempt& a, double chance, const moment& when);
    void written(const result<std::vector<store::delivery_id>>& fenced, time_point now);
    /// The store takes no results any more: what was under way will be done again after a start.
    void results_dropped() noexcept { results_.drop_batch(); }
    /// `elsewhere`: the handlers that other instances have, whose deliveries wait for them.
    void waiting_counted(const result<std::map<std::string, std::int64_t>>& waiting, time_point now,
                         const orphan_cleaner::name_set& elsewhere = {});
    /// Another instance counts and fails them.
    void orphans_led_by_other(time_point now) { orphans_.led_by_other(now); }
    void orphans_failed(const result<std::size_t>& count, time_point now) { orphans_.failed(count, now); }
    void called_back(const result<std::size_t>& count, time_point now);

    void circuit_opened(handler_queue& queue, const result<std::int64_t>& opening, time_point now);
    /// `queue`: null for one that was changed or removed.
    void circuit_closed(handler_queue* queue, const result<void>& done, time_point now);
    void circuit_tested(handler_queue& queue, const result<bool>& taken, time_point now);
    /// With all that are not closed.
    void circuits_read(const result<std::vector<store::circuit_record>>& found, time_point now);

    // Pressure of arriving events: once in a tick.

    [[nodiscard]] bool tick_is_over(time_point now) const noexcept { return pressure_.tick_is_over(now); }
    /// `events`: how many have arrived since the start.
    void tick(time_point now, std::uint64_t events);

    /// What to do now, in this order. Call it again when they are done and their outcomes are passed back;
    /// empty: nothing until `wake_at`, unless something happens. At most one claim at a time, the last
    /// action, after what is overdue has been extended: a dispatcher that stood still loses nothing.
    [[nodiscard]] std::vector<action> next(time_point now);
    [[nodiscard]] std::optional<time_point> wake_at(time_point now) const;
    /// After `stop`: everything has ended and is recorded, or will never be.
    [[nodiscard]] bool has_stopped(time_point now) const;
    /// Attempts were cancelled when stopping.
    [[nodiscard]] bool has_cancelled() const noexcept { return cancelled_; }

    [[nodiscard]] const std::vector<std::shared_ptr<handler_queue>>& queues() const noexcept {
        return queues_;
    }

private:
    [[nodiscard]] handler_queue* find(std::string_view handler) const;
    [[nodiscard]] std::shared_ptr<attempt_counters> counters_of(const std::string& name) const;
    /// Of all handlers that still have something to do: what waits for others is failed.
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] std::vector<call_back> recalls() const;
    [[nodiscard]] std::size_t running() const; ///< tests included
    void release(std::vector<store::claim> claims);
    void give_back(const attempt& a, time_point now);
    void share_sure_until();
    void give_up_doubtful();
    void forget_retired();

    void add_releases(std::vector<action>& to, time_point now);
    void add_starts(std::vector<action>& to, time_point now);
    void add_housekeeping(std::vector<action>& to, time_point now);
    void add_claim(std::vector<action>& to, time_point now);
    void add_cancellation(std::vector<action>& to, time_point now);

    /// The configured ones first, then those that are being retired.
    template <class Use>
    void for_each_queue(Use use) const {
        for (const auto* group : {&queues_, &retiring_})
            for (const auto& each : *group)
                use(each);
    }

    std::vector<std::shared_ptr<handler_queue>> queues_;
    std::vector<std::shared_ptr<handler_queue>> retiring_; ///< replaced, with attempts under way
    tested_handlers tested_;
    held_claims held_;
    std::vector<store::claim> to_release_;
    result_writer results_;
    orphan_cleaner orphans_;
    recaller recaller_;
    circuit_exchange circuits_;
    ingest_pressure pressure_;
    std::optional<time_point> stop_by_;
    bool cancelled_ = false;
};

} // namespace webhookd::delivery
