#include "delivery/schedule.hpp"

#include <webhookd/runtime/log.hpp>

#include "delivery/attempt.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

/// A handler that does not end its attempts when it is told to, or a store that does not answer, is left
/// behind this long after the grace.
constexpr auto last_wait = 5s;

} // namespace

void schedule::configure(std::vector<handler_setup> handlers) {
    std::vector<std::shared_ptr<handler_queue>> fresh;
    for (auto& each : handlers) {
        const auto same = std::find_if(queues_.begin(), queues_.end(), [&](const auto& q) {
            return q->name() == each.name && q->has(each.handler.get());
        });
        if (same == queues_.end()) {
            auto counted = counters_of(each.name);
            fresh.push_back(std::make_shared<handler_queue>(std::move(each), std::move(counted)));
        } else {
            circuits_.give_up(each.name, (*same)->change(each.common));
            fresh.push_back(*same);
        }
    }
    for (auto& old : queues_) {
        if (std::find(fresh.begin(), fresh.end(), old) != fresh.end()) continue;
        release(old->drop_claims());
        circuits_.give_up(old->name(), old->circuit_opening());
        if (old->running() > 0) retiring_.push_back(old);
    }
    queues_ = std::move(fresh);
    orphans_.check_soon();
    circuits_.check_soon();
}

/// A handler that changed, or comes back while its last attempts still run, goes on counting.
std::shared_ptr<attempt_counters> schedule::counters_of(const std::string& name) const {
    std::shared_ptr<attempt_counters> found;
    for_each_queue([&](const auto& each) {
        if (!found && each->name() == name) found = each->counted();
    });
    return found ? found : std::make_shared<attempt_counters>();
}

void schedule::wake() {
    for (auto& each : queues_)
        each->wake();
}

void schedule::revoke_claims() {
    for (auto& each : queues_)
        release(each->revoke_claims());
}

void schedule::clock_leapt() {
    log::warning("the wall clock leapt; what waits is looked at anew");
    recaller_.check_soon();
    wake(); // what is due by the new time may begin
}

void schedule::stop(time_point by) {
    if (stop_by_) return;
    stop_by_ = by;
    for (auto& each : queues_)
        release(each->drop_claims());
}

result<std::shared_ptr<handler::handler>> schedule::begin_test(const std::string& handler) {
    if (stop_by_) return failure{errc::shutting_down};
    const auto* queue = find(handler);
    if (queue == nullptr) return failure{errc::store_not_found, "There is no such handler."};
    if (tested_.contains(handler)) return failure{errc::queue_full, "A test of this handler is running."};
    return tested_.emplace(handler, queue->shared_handler()).first->second;
}

void schedule::claimed(handler_queue& queue, result<store::claim_answer> answer, time_point now) {
    if (!answer) {
        log::error("deliveries cannot be claimed",
                   {{"handler", queue.name()}, {"reason", to_string(answer.error())}});
        queue.claim_failed(now);
        return;
    }
    held_.add(answer->deliveries, now);
    share_sure_until();
    if (answer->circuit_open) circuits_.check_soon();
    queue.claimed(std::move(*answer), now);
}

void schedule::extended(result<std::vector<store::delivery_id>> lost, time_point now) {
    if (!lost) {
        log::error("claims cannot be extended; it is tried again", {{"reason", to_string(lost.error())}});
        held_.extend_failed(now);
        if (held_.may_be_over(now)) give_up_doubtful();
        return;
    }
    held_.extended(now);
    share_sure_until();
    // Those whose results are being written end just now.
    std::erase_if(*lost, [this](auto id) { return results_.is_writing(id); });
    if (lost->empty()) return;
    log::warning("claims went to others: their leases were over", {{"deliveries", lost->size()}});
    held_.forget(*lost);
    for (auto& each : queues_)
        each->drop(*lost);
}

/// Other threads begin claims, too.
void schedule::share_sure_until() {
    for (auto& each : queues_)
        each->set_sure_until(held_.sure_until());
}

/// Another may have what has not begun yet: it does not begin here.
void schedule::give_up_doubtful() {
    const auto before = to_release_.size();
    revoke_claims();
    if (to_release_.size() > before)
        log::warning("claims are given up: they could not be extended for a lease",
                     {{"deliveries", to_release_.size() - before}});
}

void schedule::ended(attempt& a, double chance, const moment& when) {
    if (auto finished = a.queue->ended(a, chance, when)) {
        const bool ordered = a.which.is_ordered;
        results_.add({a.queue->name(), ordered, std::move(*finished)}, ordered, when.at);
    } else {
        give_back(a, when.at);
    }
    forget_retired();
}

/// Deliveries of a removed handler cannot be failed before its last attempts are recorded.
void schedule::forget_retired() {
    const auto is_done = [this](const auto& q) { return q->running() == 0 && !results_.has_of(q->name()); };
    if (std::erase_if(retiring_, is_done) > 0) orphans_.check_soon();
}

void schedule::give_back(const attempt& a, time_point now) {
    if (!stop_by_) a.queue->pause(a.outcome.reason, now);
    release({a.which.claim});
    if (auto* queue = find(a.queue->name())) queue->wake();
}

void schedule::written(const result<std::vector<store::delivery_id>>& fenced, time_point now) {
    const auto batch = results_.written(fenced.has_value(), now);
    if (!batch) return;
    if (!fenced->empty())
        log::warning("attempts ended after their leases had gone to others, who run them anew",
                     {{"deliveries", fenced->size()}});
    for (const auto& each : *batch) {
        held_.remove(each.finished.claim);
        // Whichever queue ran the attempt: the current queue of that name gets its consequences.
        auto* queue = find(each.handler);
        if (queue == nullptr) continue;
        queue->recorded(each.finished, each.is_ordered, now);
        if (std::find(fenced->begin(), fenced->end(), each.finished.claim.id) != fenced->end())
            attempt_counters::count(queue->counted()->fenced);
    }
    forget_retired();
}

void schedule::waiting_counted(const result<std::map<std::string, std::int64_t>>& waiting, time_point now,
                               const orphan_cleaner::name_set& elsewhere) {
    orphans_.counted(waiting, names(), elsewhere, now);
}

void schedule::called_back(const result<std::size_t>& count, time_point now) {
    if (auto* queue = find(recaller_.called_back(count, now))) queue->wake();
}

void schedule::circuit_opened(handler_queue& queue, const result<std::int64_t>& opening, time_point now) {
    circuits_.note(opening, now);
    release(queue.circuit_opened(opening, now));
}

void schedule::circuit_closed(handler_queue* queue, const result<void>& done, time_point now) {
    circuits_.note(done, now);
    if (queue != nullptr) queue->circuit_closed(done, now);
}

void schedule::circuit_tested(handler_queue& queue, const result<bool>& taken, time_point now) {
    circuits_.note(taken, now);
    queue.circuit_tested(taken, now);
    if (taken && !*taken) circuits_.check_soon(); // another has it, or it is closed
}

void schedule::circuits_read(const result<std::vector<store::circuit_record>>& found, time_point now) {
    circuits_.note(found, now);
    if (!found) return;
    for (const auto& each : queues_) {
        const auto of = std::find_if(found->begin(), found->end(),
                                     [&](const auto& record) { return record.handler == each->name(); });
        release(each->circuit_read(of == found->end() ? nullptr : &*of, now));
    }
}

void schedule::tick(time_point now, std::uint64_t events) {
    pressure_.tick(now, events);
    for (auto& each : queues_)
        each->begin_tick();
}

std::vector<action> schedule::next(time_point now) {
    std::vector<action> actions;
    add_releases(actions, now);
    if (const auto at = held_.extend_at(); at && now >= *at) {
        actions.emplace_back(extend_claims{held_.all(), held_claims::lease});
        return actions; // its outcome comes first
    }
    circuits_.add_actions(actions, queues_, stop_by_.has_value(), now);
    if (!stop_by_) add_starts(actions, now);
    if (auto batch = results_.next_batch(now)) actions.emplace_back(write_results{std::move(batch)});
    if (stop_by_)
        add_cancellation(actions, now);
    else
        add_housekeeping(actions, now);
    if (actions.empty() && !stop_by_) add_claim(actions, now);
    return actions;
}

void schedule::add_releases(std::vector<action>& to, time_point now) {
    if (!stop_by_)
        for (auto& each : queues_)
            release(each->take_stale(now));
    if (!to_release_.empty()) to.emplace_back(release_claims{std::exchange(to_release_, {})});
}

void schedule::add_starts(std::vector<action>& to, time_point now) {
    for (auto& each : queues_)
        while (auto next = each->next_attempt(now)) {
            next->queue = each;
            to.emplace_back(start_attempt{std::move(next)});
        }
}

void schedule::add_housekeeping(std::vector<action>& to, time_point now) {
    if (orphans_.wants_work(now))
        if (auto todo = orphans_.next(names(), now)) to.push_back(std::move(*todo));
    if (recaller_.wants_check(now)) recaller_.check(recalls(), now);
    if (auto todo = recaller_.next()) to.emplace_back(std::move(*todo));
}

void schedule::add_claim(std::vector<action>& to, time_point now) {
    if (results_.is_full()) return;
    for (auto& each : queues_) {
        auto wanted = each->next_claim(now, pressure_.is_high());
        if (!wanted) continue;
        to.emplace_back(claim_deliveries{each, *wanted});
        return;
    }
}

void schedule::add_cancellation(std::vector<action>& to, time_point now) {
    if (cancelled_ || now < *stop_by_ || running() == 0) return;
    cancelled_ = true;
    log::warning("attempts under way are cut off: the grace was over", {{"attempts", running()}});
    cancel_handlers all;
    for_each_queue([&](const auto& each) { all.handlers.push_back(each->shared_handler()); });
    for (const auto& [name, handler] : tested_)
        all.handlers.push_back(handler);
    to.emplace_back(std::move(all));
}

bool schedule::has_stopped(time_point now) const {
    if (!stop_by_) return false;
    if (running() == 0 && results_.is_idle() && !orphans_.is_failing() && recaller_.is_idle()) return true;
    if (now < *stop_by_ + last_wait) return false;
    log::error(running() > 0 ? "a handler does not end its attempts"
                             : "the store does not answer; the last attempts will be made again",
               {{"attempts", running()}});
    return true;
}

std::optional<schedule::time_point> schedule::wake_at(time_point now) const {
    std::optional<time_point> earliest;
    const auto consider = [&](std::optional<time_point> t) {
        // A time in the past waits for another event.
        if (t && (!earliest || *t < *earliest)) earliest = std::max(*t, now + 1ms);
    };
    consider(results_.wake_at());
    consider(held_.extend_at());
    if (stop_by_) {
        consider(now < *stop_by_ ? *stop_by_ : *stop_by_ + last_wait);
        return earliest;
    }
    consider(orphans_.wake_at());
    consider(recaller_.wake_at());
    consider(circuits_.wake_at());
    if (pressure_.is_high()) consider(pressure_.next_tick());
    for (const auto& each : queues_)
        consider(each->wake_at());
    return earliest;
}

handler_queue* schedule::find(std::string_view handler) const {
    const auto found =
        std::find_if(queues_.begin(), queues_.end(), [&](const auto& q) { return q->name() == handler; });
    return found == queues_.end() ? nullptr : found->get();
}

std::vector<std::string> schedule::names() const {
    std::vector<std::string> all;
    for_each_queue([&](const auto& each) { all.push_back(each->name()); });
    return all;
}

std::vector<call_back> schedule::recalls() const {
    std::vector<call_back> all;
    for (const auto& each : queues_)
        all.push_back({each->name(), each->longest_delay()});
    return all;
}

std::size_t schedule::running() const {
    std::size_t sum = tested_.size();
    for_each_queue([&](const auto& each) { sum += each->running(); });
    return sum;
}

void schedule::release(std::vector<store::claim> claims) {
    held_.remove(claims);
    to_release_.insert(to_release_.end(), claims.begin(), claims.end());
}

} // namespace webhookd::delivery
