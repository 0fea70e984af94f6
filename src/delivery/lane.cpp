#include "delivery/lane.hpp"

#include <webhookd/delivery/retry_policy.hpp>
#include <webhookd/runtime/log.hpp>

#include <algorithm>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

/// Claimed ahead of what runs, so that no attempt waits for the store.
constexpr std::size_t ahead = 128;
constexpr std::size_t ahead_bytes = 4 * 1024 * 1024;
/// A claim that has waited longer goes back to the store, long before its lease is over.
constexpr auto patience = 5min;
constexpr auto pause_after_failure = 1s;

} // namespace

lane::lane(lane_setup s)
    : setup_(std::move(s))
    , circuit_(setup_.common.circuit_breaker) {
    status_.name = setup_.name;
}

void lane::change(const config::handler_common& common) {
    if (setup_.common.circuit_breaker != common.circuit_breaker)
        circuit_ = circuit_breaker(common.circuit_breaker);
    setup_.common = common;
    hungry_ = true;
}

std::chrono::milliseconds lane::lease() const {
    return patience + 2 * setup_.common.timeout + 1min;
}

std::optional<store::claim_request> lane::next_claim(timestamp now, steady::time_point at) {
    if (next_due_ && *next_due_ <= now) hungry_ = true;
    if (!hungry_ || waiting_.size() >= setup_.common.concurrency) return std::nullopt;
    if (not_before_ && at < *not_before_) return std::nullopt;
    if (!circuit_.allows(at)) return std::nullopt;
    const auto most = std::max<std::size_t>(ahead, setup_.common.concurrency);
    return store::claim_request{.handler = setup_.name,
                                .now = now,
                                .lease = lease(),
                                .limit = most - std::min(most - 1, waiting_.size()),
                                .max_bytes = ahead_bytes,
                                .of = setup_.handler->needs_body() ? store::extent::everything
                                                                   : store::extent::envelope};
}

void lane::claimed(store::claim_answer answer, steady::time_point at) {
    hungry_ = answer.more;
    next_due_ = answer.next_due;
    not_before_.reset();
    for (auto& each : answer.deliveries)
        waiting_.push_back({std::move(each), at});
}

void lane::claim_failed(steady::time_point at) {
    not_before_ = at + pause_after_failure;
}

std::optional<store::claimed_delivery> lane::next_attempt(steady::time_point now,
                                                          std::vector<store::delivery_id>& stale) {
    while (!waiting_.empty() && now - waiting_.front().taken > patience) {
        stale.push_back(waiting_.front().delivery.id);
        waiting_.pop_front();
        hungry_ = true;
    }
    if (waiting_.empty() || status_.in_flight >= setup_.common.concurrency || !circuit_.allows(now))
        return std::nullopt;
    auto next = std::move(waiting_.front().delivery);
    waiting_.pop_front();
    circuit_.begun();
    ++status_.in_flight;
    status_.circuit = circuit_.current();
    return next;
}

std::optional<store::finished_delivery> lane::ended(const store::claimed_delivery& which, store::attempt how,
                                                    const handler::outcome& outcome, double chance,
                                                    timestamp now, steady::time_point at) {
    --status_.in_flight;
    if (outcome.verdict == handler::verdict::abandoned) {
        circuit_.abandoned();
        return std::nullopt;
    }
    if (outcome.verdict == handler::verdict::retry)
        circuit_.failed(at);
    else
        circuit_.answered();
    if (circuit_.current() == circuit_breaker::state::open && status_.circuit != circuit_breaker::state::open)
        log::warning("a circuit is open: nothing is tried for a while",
                     {{"handler", setup_.name}, {"reason", outcome.reason}});
    status_.circuit = circuit_.current();

    const auto attempt = which.attempts - which.forgiven + 1;
    const auto made = decide(setup_.common.retry, outcome, {attempt, which.since, now, chance});
    how.reason = made.reason;
    const auto tell = [&](auto write, std::string_view what) {
        write(what, {{"handler", setup_.name},
                     {"delivery", which.id},
                     {"event", which.event.envelope.id},
                     {"attempt", which.attempts + 1},
                     {"reason", made.reason}});
    };
    switch (made.state) {
    case store::delivery_state::successful:
        ++status_.successful;
        break;
    case store::delivery_state::pending:
        ++status_.retried;
        note_error(made.reason, now);
        tell(&log::warning, "an attempt failed; there will be another");
        break;
    case store::delivery_state::failed:
        ++status_.failed;
        note_error(made.reason, now);
        tell(&log::error, "a delivery failed for good; retry it by hand when the cause is gone");
        break;
    }
    return store::finished_delivery{which.id, made.state, made.due, std::move(how)};
}

void lane::note_error(const std::string& reason, timestamp now) {
    status_.last_error = reason;
    status_.last_error_at = now;
}

void lane::recorded(const store::finished_delivery& f) {
    if (f.state == store::delivery_state::pending)
        next_due_ = next_due_ ? std::min(*next_due_, f.due) : f.due;
    else if (in_sequence())
        hungry_ = true; // its successor may be due
}

std::vector<store::delivery_id> lane::drop_claims() {
    std::vector<store::delivery_id> dropped;
    for (const auto& each : waiting_)
        dropped.push_back(each.delivery.id);
    waiting_.clear();
    return dropped;
}

std::optional<timestamp> lane::next_due() const {
    // While claims wait, the end of an attempt is what moves things on.
    if (waiting_.size() >= setup_.common.concurrency || circuit_.open_until() || not_before_)
        return std::nullopt;
    return next_due_;
}

std::optional<lane::steady::time_point> lane::next_look() const {
    if (const auto until = circuit_.open_until()) return until;
    return not_before_;
}

} // namespace webhookd::delivery
