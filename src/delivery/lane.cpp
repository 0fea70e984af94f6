#include "delivery/lane.hpp"

#include <webhookd/delivery/retry_policy.hpp>
#include <webhookd/runtime/log.hpp>

#include "delivery/held_claims.hpp"

#include <algorithm>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

/// Claimed ahead of what runs, so that no attempt waits for the store, and so many at a time that passing
/// over what is held already costs little.
constexpr std::size_t ahead = 512;
/// Of one claim while acknowledgements come first.
constexpr std::size_t modest = 128;
constexpr std::size_t ahead_bytes = 4 * 1024 * 1024;
constexpr auto pause_after_failure = 1s;

} // namespace

lane::lane(lane_setup s, std::shared_ptr<attempt_counters> counted)
    : setup_(std::move(s))
    , circuit_(setup_.common.circuit_breaker)
    , counted_(std::move(counted)) {
    status_.name = setup_.name;
    status_.concurrency = setup_.common.concurrency;
    status_.counted = counted_;
    review_takeover();
}

void lane::change(const config::handler_common& common) {
    if (setup_.common.circuit_breaker != common.circuit_breaker)
        circuit_ = circuit_breaker(common.circuit_breaker);
    setup_.common = common;
    status_.concurrency = common.concurrency;
    hungry_ = true;
    review_takeover();
}

std::size_t lane::depth() const {
    return std::max<std::size_t>(ahead, 2 * std::size_t{setup_.common.concurrency});
}

bool lane::stocked() const {
    const auto held = waiting_.holds();
    return held.claims > depth() / 2 || held.bytes > ahead_bytes / 2;
}

void lane::review_takeover() {
    const bool normal = circuit_.current() == circuit_breaker::state::closed &&
                        status_.in_flight <= setup_.common.concurrency;
    waiting_.set_takeover({normal, depth() / 2, setup_.common.concurrency});
}

std::optional<store::claim_request> lane::next_claim(steady::time_point at, bool crowded) {
    if (next_due_ && *next_due_ <= at) hungry_ = true;
    if (!hungry_ || stocked()) return std::nullopt;
    if (not_before_ && at < *not_before_) return std::nullopt;
    if (!circuit_.allows(at)) return std::nullopt;
    const auto held = waiting_.holds();
    const auto room = depth() - held.claims; // others only take claims out
    return store::claim_request{.handler = setup_.name,
                                .lease = held_claims::lease,
                                .limit = crowded ? std::min(room, modest) : room,
                                .max_bytes = ahead_bytes - held.bytes,
                                .of = setup_.handler->needs_body() ? store::extent::everything
                                                                   : store::extent::envelope};
}

void lane::claimed(store::claim_answer answer, steady::time_point at) {
    hungry_ = answer.more;
    next_due_.reset();
    // The store's clock may go a little slower than ours.
    if (answer.next_due) next_due_ = at + std::max<std::chrono::microseconds>(*answer.next_due, 1ms);
    not_before_.reset();
    std::vector<std::shared_ptr<attempt>> fresh;
    fresh.reserve(answer.deliveries.size());
    for (auto& each : answer.deliveries)
        fresh.push_back(std::make_shared<attempt>(std::move(each), at));
    waiting_.add(fresh);
}

void lane::claim_failed(steady::time_point at) {
    not_before_ = at + pause_after_failure;
}

std::vector<store::claim> lane::take_stale(steady::time_point now) {
    auto stale = waiting_.take_stale(now);
    hungry_ = hungry_ || !stale.empty();
    return stale;
}

std::vector<store::claim> lane::reconsider() {
    auto given_up = waiting_.take_all();
    review_takeover();
    hungry_ = true;
    return given_up;
}

std::shared_ptr<attempt> lane::next_attempt(steady::time_point now) {
    if (resting_until_ && now < *resting_until_) return nullptr;
    resting_until_.reset();
    if (status_.in_flight >= setup_.common.concurrency || !circuit_.allows(now)) return nullptr;
    auto next = waiting_.take();
    if (!next) return nullptr;
    circuit_.begun();
    ++status_.in_flight;
    status_.circuit = circuit_.current();
    return next;
}

std::optional<store::finished_delivery> lane::ended(attempt& a, double chance, const ending& when) {
    const auto now = when.now;
    const auto& which = a.which;
    const auto& outcome = a.outcome;
    if (!a.followed) --status_.in_flight;
    switch (outcome.verdict) {
    case handler::verdict::successful:
    case handler::verdict::failed:
        circuit_.answered();
        break;
    case handler::verdict::retry:
        circuit_.failed(when.at);
        break;
    case handler::verdict::abandoned:
        circuit_.abandoned();
        break;
    }
    review_takeover();
    if (outcome.verdict == handler::verdict::abandoned) {
        counted_->count(counted_->abandoned);
        return std::nullopt;
    }
    counted_->took.add(a.took);
    if (circuit_.current() == circuit_breaker::state::open && status_.circuit != circuit_breaker::state::open)
        log::warning("a circuit is open: nothing is tried for a while",
                     {{"handler", setup_.name}, {"reason", outcome.reason}});
    status_.circuit = circuit_.current();

    const auto number = which.attempts - which.forgiven + 1;
    const auto made = decide(setup_.common.retry, outcome, {number, when.believed - which.since, chance});
    const auto tell = [&](auto write, std::string_view what) {
        write(what, {{"handler", setup_.name},
                     {"delivery", which.claim.id},
                     {"event", a.task.event.envelope.id},
                     {"attempt", which.attempts + 1},
                     {"reason", made.reason}});
    };
    switch (made.state) {
    case store::delivery_state::successful:
        ++status_.successful;
        counted_->count(counted_->successful);
        counted_->to_success.add(std::max(now - which.since, {})); // a clock may have gone back
        break;
    case store::delivery_state::pending:
        ++status_.retried;
        counted_->count(counted_->retried);
        note_error(made.reason, now);
        tell(&log::warning, "an attempt failed; there will be another");
        break;
    case store::delivery_state::failed:
        ++status_.failed;
        counted_->count(counted_->failed);
        note_error(made.reason, now);
        tell(&log::error, "a delivery failed for good; retry it by hand when the cause is gone");
        break;
    }
    return store::finished_delivery{which.claim,
                                    made.state,
                                    made.delay,
                                    // Where the clock went back meanwhile, it has not yet begun by the time
                                    // of day.
                                    {std::min(a.started, now - a.took), a.took, outcome.status, made.reason,
                                     std::move(a.outcome.output)}};
}

void lane::rest(const std::string& reason, steady::time_point at) {
    if (!resting_until_)
        log::warning("an attempt could not be made; it does not count and is made later",
                     {{"handler", setup_.name}, {"reason", reason}});
    resting_until_ = at + pause_after_failure;
}

void lane::note_error(const std::string& reason, timestamp now) {
    status_.last_error = reason;
    status_.last_error_at = now;
}

void lane::recorded(const store::finished_delivery& f, bool in_sequence, steady::time_point at) {
    if (f.state == store::delivery_state::pending)
        next_due_ = next_due_ ? std::min(*next_due_, at + f.delay) : at + f.delay;
    if (in_sequence) hungry_ = true; // its successor may be due, or one that was put before it by hand
}

std::optional<lane::steady::time_point> lane::next_due() const {
    // Then the end of an attempt, or of a pause, is what moves things on.
    const bool tested = circuit_.current() == circuit_breaker::state::half_open && status_.in_flight > 0;
    if (stocked() || circuit_.open_until() || tested || not_before_) return std::nullopt;
    return next_due_;
}

std::optional<lane::steady::time_point> lane::next_look() const {
    auto earliest = circuit_.open_until() ? circuit_.open_until() : not_before_;
    for (const auto& each : {resting_until_, next_due()})
        if (each && (!earliest || *each < *earliest)) earliest = each;
    return earliest;
}

} // namespace webhookd::delivery
