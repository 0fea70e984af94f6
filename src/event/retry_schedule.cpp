#include <webhookd/event/retry_schedule.hpp>

namespace webhookd::event {

retry_outlook outlook(timestamp first, timestamp now) {
    retry_outlook o{std::nullopt, first + retry_span};
    auto next = first;
    for (const auto delay : retry_delays) {
        next += delay;
        if (next > now) {
            o.next = next;
            break;
        }
    }
    return o;
}

// Of an event that was tried k times within the outage the next try comes at most one delay after its end.
// The oldest events were tried most often, and the delays grow.
outage_outlook outlook_of_outage(timestamp began, timestamp ended) {
    outage_outlook o{ended, ended + retry_span, std::nullopt};
    auto tried = began;
    for (const auto delay : retry_delays) {
        o.tried_again_by = ended + delay;
        tried += delay;
        if (tried > ended) return o;
    }
    o.given_up_before = ended - retry_span;
    return o;
}

} // namespace webhookd::event
