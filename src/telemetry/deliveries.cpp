#include "telemetry/page.hpp"

#include <algorithm>
#include <array>

namespace webhookd::telemetry {
namespace {

using delivery::circuit_breaker;

constexpr std::array circuit_states{circuit_breaker::state::closed, circuit_breaker::state::open,
                                    circuit_breaker::state::half_open};

void write_attempts(page& to, const labels& who, const std::string& handler,
                    const delivery::attempt_counters& counted) {
    const std::array<std::pair<const char*, std::uint64_t>, 4> outcomes{{{"successful", counted.successful},
                                                                         {"retried", counted.retried},
                                                                         {"failed", counted.failed},
                                                                         {"abandoned", counted.abandoned}}};
    for (const auto& [outcome, count] : outcomes)
        to.counter("webhookd_handler_attempts_total",
                   "Attempts that have ended: successful, retried (there will be another), failed (the "
                   "delivery is a dead letter), abandoned (cut off by the daemon's end).",
                   count, {{"handler", handler}, {"outcome", outcome}});
    to.histogram("webhookd_handler_attempt_duration_seconds", "How long an attempt took, however it ended.",
                 counted.took.read(), nanoseconds_per_second, who);
    to.histogram(
        "webhookd_handler_success_latency_seconds",
        "Time from an event's arrival (or its last replay or retry by hand) to its successful delivery.",
        counted.to_success.read(), nanoseconds_per_second, who);
}

void write_backlog(page& to, const labels& who, const store::backlog::waiting& waiting, timestamp now) {
    to.gauge("webhookd_handler_pending_deliveries",
             "Deliveries that wait for their first or next attempt; a few seconds old.", waiting.deliveries,
             who);
    const auto age = waiting.deliveries > 0 ? now - waiting.oldest : timestamp::duration(0);
    to.gauge("webhookd_handler_oldest_pending_seconds",
             "How long the oldest waiting delivery has waited; 0 when none does.",
             std::max(0.0, std::chrono::duration<double>(age).count()), who);
}

} // namespace

void write_deliveries(page& to, const metrics_snapshot& from, const store_counts& counted) {
    to.gauge("webhookd_deliveries_pending", "Deliveries that wait, of all handlers.", from.pending_deliveries,
             of_store(from));
    to.gauge("webhookd_deliveries_pending_limit",
             "Deliveries that may wait; beyond it events are answered 503.", from.max_pending_deliveries);
    if (counted.backlog)
        to.gauge("webhookd_deliveries_failed",
                 "Dead letters: deliveries that failed for good and were not retried.",
                 counted.backlog->failed, of_store(from));
    for (const auto& each : from.handlers) {
        const labels who{{"handler", each.name}};
        to.gauge("webhookd_handler_in_flight", "Attempts under way.", each.in_flight, who);
        to.gauge("webhookd_handler_concurrency", "Attempts that may be under way at once.", each.concurrency,
                 who);
        for (const auto state : circuit_states)
            to.gauge("webhookd_handler_circuit_state", "1 for the state that the circuit breaker is in.",
                     each.circuit == state ? 1 : 0,
                     of_store(from, {{"handler", each.name}, {"state", std::string(to_string(state))}}));
        if (each.counted) write_attempts(to, who, each.name, *each.counted);
        if (!counted.backlog) continue;
        const auto waiting = counted.backlog->by_handler.find(each.name);
        write_backlog(to, of_store(from, who),
                      waiting == counted.backlog->by_handler.end() ? store::backlog::waiting{}
                                                                   : waiting->second,
                      from.now);
    }
}

} // namespace webhookd::telemetry
