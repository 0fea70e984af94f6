#include "delivery/handler_queue.hpp"

#include <webhookd/runtime/log.hpp>

#include "delivery/held_claims.hpp"

#include <algorithm>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

/// Claimed ahead of what runs, so that no attempt waits for the store, and so many at a time that passing
/// over what is held already costs little.
constexpr std::size_t usual_limit = 512;
/// Of one claim while acknowledgements come first.
constexpr std::size_t reduced_limit = 128;
constexpr std::size_t prefetch_bytes = 4 * 1024 * 1024;
constexpr auto pause_after_failed_claim = 1s;

} // namespace

handler_queue::handler_queue(handler_setup s, std::shared_ptr<attempt_counters> counted)
    : setup_(std::move(s))
    , circuit_(setup_.common.circuit_breaker)
    , counted_(std::move(counted))
    , counted_before_(counted_->read()) {
    review_hand_off();
}

std::int64_t handler_queue::change(const config::handler_common& common) {
    std::int64_t given_up = 0;
    if (setup_.common.circuit_breaker != common.circuit_breaker) {
        given_up = circuit_.opening();
        circuit_ = shared_circuit(common.circuit_breaker);
    }
    setup_.common = common;
    wants_claim_ = true;
    review_hand_off();
    return given_up;
}

std::size_t handler_queue::prefetch_limit() const {
    return std::max<std::size_t>(usual_limit, 2 * std::size_t{setup_.common.concurrency});
}

bool handler_queue::is_full() const {
    const auto held = prefetched_.holds();
    return held.claims > prefetch_limit() / 2 || held.bytes > prefetch_bytes / 2;
}

void handler_queue::review_hand_off() {
    const bool normal =
        circuit_.current() == circuit_breaker::state::closed && in_flight_ <= setup_.common.concurrency;
    prefetched_.set_hand_off({normal, prefetch_limit() / 2, setup_.common.concurrency});
}

void handler_queue::review_due(steady::time_point at) {
    if (not_before_ && *not_before_ <= at) not_before_.reset();
    if (next_due_ && *next_due_ <= at) {
        next_due_.reset();
        wants_claim_ = true;
    }
}

std::optional<store::claim_request> handler_queue::next_claim(steady::time_point at, bool under_pressure) {
    review_due(at);
    if (!wants_claim_ || not_before_ || is_full()) return std::nullopt;
    if (!circuit_.allows(at) || (under_pressure && claimed_in_tick_)) return std::nullopt;
    // What was given back is for others who can begin it.
    if (gave_back_ && in_flight_ >= setup_.common.concurrency) return std::nullopt;
    gave_back_ = false;
    const auto held = prefetched_.holds();
    const auto room = prefetch_limit() - held.claims; // others only take claims out
    auto limit = under_pressure ? std::min(room, reduced_limit) : room;
    if (circuit_.current() != circuit_breaker::state::closed) limit = 1; // to test it with
    return store::claim_request{.handler = setup_.name,
                                .lease = held_claims::lease,
                                .limit = limit,
                                .max_bytes = prefetch_bytes - held.bytes,
                                .of = setup_.handler->needs_body() ? store::projection::full
                                                                   : store::projection::envelope_only,
                                .despite_circuit = !circuit_.has_settings() || circuit_.is_alone()};
}

void handler_queue::claimed(store::claim_answer answer, steady::time_point at) {
    claimed_in_tick_ = true;
    const bool some = !answer.deliveries.empty();
    wants_claim_ = answer.more && some;
    next_due_.reset();
    // The store's clock may go a little slower than ours.
    if (answer.next_due) next_due_ = at + std::max<std::chrono::microseconds>(*answer.next_due, 1ms);
    if (answer.more && !some) next_due_ = at + 1ms; // others took them meanwhile
    not_before_.reset();
    std::vector<std::shared_ptr<attempt>> fresh;
    fresh.reserve(answer.deliveries.size());
    for (auto& each : answer.deliveries)
        fresh.push_back(std::make_shared<attempt>(std::move(each), at));
    prefetched_.add(fresh);
}

void handler_queue::claim_failed(steady::time_point at) {
    claimed_in_tick_ = true;
    not_before_ = at + pause_after_failed_claim;
}

std::vector<store::claim> handler_queue::take_stale(steady::time_point now) {
    auto stale = prefetched_.take_stale(now);
    wants_claim_ = wants_claim_ || !stale.empty();
    gave_back_ = gave_back_ || !stale.empty();
    return stale;
}

std::vector<store::claim> handler_queue::revoke_claims() {
    auto given_up = prefetched_.take_all();
    review_hand_off();
    wants_claim_ = true;
    return given_up;
}

std::shared_ptr<attempt> handler_queue::next_attempt(steady::time_point now) {
    if (paused_until_ && now < *paused_until_) return nullptr;
    paused_until_.reset();
    if (in_flight_ >= setup_.common.concurrency || !circuit_.allows(now)) return nullptr;
    auto next = prefetched_.take();
    if (!next) return nullptr;
    circuit_.begun();
    ++in_flight_;
    was_open_ = false;
    return next;
}

void handler_queue::review_circuit(const handler::outcome& outcome, steady::time_point at) {
    switch (outcome.verdict) {
    case handler::verdict::successful:
    case handler::verdict::failed:
        circuit_.answered();
        break;
    case handler::verdict::retry:
        circuit_.failed(at);
        break;
    case handler::verdict::abandoned:
        circuit_.abandoned();
        break;
    }
    const bool is_open = circuit_.current() == circuit_breaker::state::open;
    if (is_open && !was_open_)
        log::warning("a circuit is open: nothing is tried for a while",
                     {{"handler", setup_.name}, {"reason", outcome.reason}});
    was_open_ = is_open;
}

std::optional<circuit_call> handler_queue::next_circuit_call(steady::time_point at, bool may_begin) {
    if (!circuit_.has_settings()) return std::nullopt;
    review_due(at);
    const bool some = wants_claim_ || prefetched_.holds().claims > 0;
    const bool paused = not_before_ || (paused_until_ && at < *paused_until_);
    const bool free = in_flight_ < setup_.common.concurrency;
    return circuit_.next_call(at, may_begin && some && free && !paused);
}

std::vector<store::claim> handler_queue::circuit_opened(const result<std::int64_t>& opening,
                                                        steady::time_point at) {
    circuit_.opened(opening, at);
    if (!opening) return {};
    return revoke_claims();
}

std::vector<store::claim> handler_queue::circuit_read(const store::circuit_record* found,
                                                      steady::time_point at) {
    using state = circuit_breaker::state;
    const bool was_closed = circuit_.current() == state::closed;
    circuit_.read(found, at);
    const bool is_closed = circuit_.current() == state::closed;
    if (was_closed != is_closed)
        log::info(is_closed ? "a circuit is closed: another daemon has an answer"
                            : "a circuit is open in the store: nothing is tried for a while",
                  {{"handler", setup_.name}});
    if (was_closed != is_closed) was_open_ = !is_closed;
    wants_claim_ = true;
    review_hand_off();
    if (found == nullptr || found->is_tester || is_closed) return {};
    return revoke_claims();
}

std::optional<store::finished_delivery> handler_queue::ended(attempt& a, double chance, const moment& when) {
    const auto& which = a.which;
    if (!a.handed_off) --in_flight_;
    review_circuit(a.outcome, when.at);
    review_hand_off();
    if (a.outcome.verdict == handler::verdict::abandoned) {
        attempt_counters::count(counted_->abandoned);
        return std::nullopt;
    }
    const auto number = which.attempts - which.attempts_before_retry + 1;
    auto made = decide(setup_.common.retry, a.outcome, {number, when.believed - which.since, chance});
    account(a, made, when.now);
    return store::finished_delivery{which.claim,
                                    made.state,
                                    made.delay,
                                    // Where the clock went back meanwhile, it has not yet begun by the time
                                    // of day.
                                    {std::min(a.started, when.now - a.took), a.took, a.outcome.status,
                                     std::move(made.reason), std::move(a.outcome.output)}};
}

void handler_queue::account(const attempt& a, const decision& made, timestamp now) {
    const auto tell = [&](auto write, std::string_view what) {
        last_error_ = made.reason;
        last_error_at_ = now;
        write(what, {{"handler", setup_.name},
                     {"delivery", a.which.claim.id},
                     {"event", a.task.event.envelope.id},
                     {"attempt", a.which.attempts + 1},
                     {"reason", made.reason}});
    };
    counted_->took.add(a.took);
    switch (made.state) {
    case store::delivery_state::discarded: // by hand only, never by an attempt
        break;
    case store::delivery_state::successful:
        attempt_counters::count(counted_->successful);
        counted_->to_success.add(std::max(now - a.which.since, {})); // a clock may have gone back
        break;
    case store::delivery_state::pending:
        attempt_counters::count(counted_->retried);
        tell(&log::warning, "an attempt failed; there will be another");
        break;
    case store::delivery_state::failed:
        attempt_counters::count(counted_->failed);
        tell(&log::error, "a delivery failed for good; retry it by hand when the cause is gone");
        break;
    }
}

void handler_queue::pause(const std::string& reason, steady::time_point at) {
    if (!paused_until_)
        log::warning("an attempt could not be made; it does not count and is made later",
                     {{"handler", setup_.name}, {"reason", reason}});
    paused_until_ = at + pause_after_failed_claim;
}

void handler_queue::recorded(const store::finished_delivery& f, bool is_ordered, steady::time_point at) {
    if (f.state == store::delivery_state::pending)
        next_due_ = next_due_ ? std::min(*next_due_, at + f.delay) : at + f.delay;
    if (is_ordered) wants_claim_ = true; // its successor may be due, or one that was put before it by hand
}

std::optional<handler_queue::steady::time_point> handler_queue::next_due() const {
    // Then the end of an attempt, or of a pause, is what moves things on.
    const bool tested = circuit_.current() == circuit_breaker::state::half_open && in_flight_ > 0;
    if (is_full() || circuit_.open_until() || tested || not_before_) return std::nullopt;
    return next_due_;
}

std::optional<handler_queue::steady::time_point> handler_queue::wake_at() const {
    auto earliest = circuit_.open_until() ? std::nullopt : not_before_;
    for (const auto& each : {circuit_.wake_at(), paused_until_, next_due()})
        if (each && (!earliest || *each < *earliest)) earliest = each;
    return earliest;
}

handler_status handler_queue::status() const {
    const auto all = counted_->read();
    return {setup_.name,
            circuit_.current(),
            circuit_.open_until(),
            circuit_.has_settings() && !circuit_.is_alone(),
            in_flight_,
            setup_.common.concurrency,
            all.successful - counted_before_.successful,
            all.retried - counted_before_.retried,
            all.failed - counted_before_.failed,
            last_error_,
            last_error_at_,
            counted_};
}

} // namespace webhookd::delivery
