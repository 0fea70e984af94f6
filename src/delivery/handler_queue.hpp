#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/delivery/retry_policy.hpp>

#include "delivery/prefetch_buffer.hpp"
#include "delivery/shared_circuit.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// When something ended.
struct moment {
    timestamp now;
    timestamp believed; ///< what ages are measured with
    circuit_breaker::clock::time_point at;
};

/// One handler within the schedule: its claims, its circuit and its figures. One thread at a time, but for
/// `hand_off`.
class handler_queue {
public:
    using steady = circuit_breaker::clock;

    /// `counted` goes on counting where the handler of this name had one before.
    explicit handler_queue(handler_setup s,
                           std::shared_ptr<attempt_counters> counted = std::make_shared<attempt_counters>());

    /// Returns the opening of a circuit that ends with its settings; 0: none.
    [[nodiscard]] std::int64_t change(const config::handler_common& common);

    /// The next claim request, with a reduced limit under pressure, and then once in a tick; nullopt: not
    /// now.
    [[nodiscard]] std::optional<store::claim_request> next_claim(steady::time_point at, bool under_pressure);
    void begin_tick() noexcept { claimed_in_tick_ = false; }
    void claimed(store::claim_answer answer, steady::time_point at);
    void claim_failed(steady::time_point at);
    /// Claims that have waited for too long and must be given back.
    [[nodiscard]] std::vector<store::claim> take_stale(steady::time_point now);
    /// Beyond this the claims may be another's, unless they are extended before.
    void set_sure_until(steady::time_point t) { prefetched_.set_sure_until(t); }
    /// Claims that another has do not begin.
    void drop(std::span<const store::delivery_id> lost) { prefetched_.drop(lost); }
    /// The next claim whose attempt may begin now, and counts as running from here on.
    [[nodiscard]] std::shared_ptr<attempt> next_attempt(steady::time_point now);
    /// The same for the thread that ended an attempt well, at once; `ended` must be called. Any thread.
    [[nodiscard]] prefetch_buffer::handed_off hand_off(steady::time_point now) {
        return prefetched_.hand_off(now);
    }
    /// The outcome of an attempt that has ended: nullopt for an abandoned one. Takes its output.
    [[nodiscard]] std::optional<store::finished_delivery> ended(attempt& a, double chance,
                                                                const moment& when);
    /// The decision on one of this handler's deliveries is in the store now, even if an earlier queue ran the
    /// attempt. `is_ordered`: others may have waited for it.
    void recorded(const store::finished_delivery& f, bool is_ordered, steady::time_point at);
    /// An attempt was not made for lack of resources: begins nothing for a moment.
    void pause(const std::string& reason, steady::time_point at);
    /// There may be something new.
    void wake() noexcept { wants_claim_ = true; }

    /// Gives up all claims, so that they are released.
    [[nodiscard]] std::vector<store::claim> drop_claims() { return prefetched_.take_all(); }
    /// The same, to claim again what is then still due.
    [[nodiscard]] std::vector<store::claim> revoke_claims();

    // Its circuit: see shared_circuit.

    /// `may_begin`: attempts may begin at all.
    [[nodiscard]] std::optional<circuit_call> next_circuit_call(steady::time_point at, bool may_begin);
    /// Returns the claims to release: they are for who will test the circuit.
    [[nodiscard]] std::vector<store::claim> circuit_opened(const result<std::int64_t>& opening,
                                                           steady::time_point at);
    void circuit_closed(const result<void>& done, steady::time_point at) { circuit_.closed(done, at); }
    void circuit_tested(const result<bool>& taken, steady::time_point at) { circuit_.tested(taken, at); }
    /// Null: the store has none that is not closed. Returns the claims to release.
    [[nodiscard]] std::vector<store::claim> circuit_read(const store::circuit_record* found,
                                                         steady::time_point at);
    /// The one that the store knows; 0: none.
    [[nodiscard]] std::int64_t circuit_opening() const noexcept { return circuit_.opening(); }
    [[nodiscard]] bool has_circuit() const noexcept { return circuit_.has_settings(); }

    /// When to check again, unless something else happens.
    [[nodiscard]] std::optional<steady::time_point> wake_at() const;

    [[nodiscard]] const std::string& name() const noexcept { return setup_.name; }
    [[nodiscard]] handler::handler& handler() const noexcept { return *setup_.handler; }
    [[nodiscard]] const std::shared_ptr<handler::handler>& shared_handler() const noexcept {
        return setup_.handler;
    }
    [[nodiscard]] std::chrono::milliseconds longest_delay() const noexcept {
        return setup_.common.retry.max_delay;
    }
    [[nodiscard]] bool has(const handler::handler* h) const noexcept { return setup_.handler.get() == h; }
    [[nodiscard]] std::size_t running() const noexcept { return in_flight_; }
    [[nodiscard]] const std::shared_ptr<attempt_counters>& counted() const noexcept { return counted_; }
    [[nodiscard]] handler_status status() const;

private:
    void review_due(steady::time_point at);
    /// When the store has more, if that is what is waited for.
    [[nodiscard]] std::optional<steady::time_point> next_due() const;
    /// The limit of claims held.
    [[nodiscard]] std::size_t prefetch_limit() const;
    [[nodiscard]] bool is_full() const;
    /// Tells the circuit whether the other side answered an attempt.
    void review_circuit(const handler::outcome& outcome, steady::time_point at);
    /// Counts an attempt, and logs one that was not successful.
    void account(const attempt& a, const decision& made, timestamp now);
    void review_hand_off();

    handler_setup setup_;
    shared_circuit circuit_;
    prefetch_buffer prefetched_;
    bool wants_claim_ = true;
    bool claimed_in_tick_ = false;
    bool gave_back_ = false; ///< claims that no slot was free for in time
    std::optional<steady::time_point> next_due_;
    std::optional<steady::time_point> not_before_; ///< after a claim that failed
    std::optional<steady::time_point> paused_until_;
    std::size_t in_flight_ = 0;
    bool was_open_ = false; ///< the state of the circuit that was logged last
    std::shared_ptr<attempt_counters> counted_;
    attempt_counters::totals counted_before_; ///< for this handler's name, by queues before this one
    std::string last_error_;
    std::optional<timestamp> last_error_at_;
};

} // namespace webhookd::delivery
