#include "delivery/attempt.hpp"

#include <webhookd/event/redaction.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>

#include "delivery/lane.hpp"
#include "delivery/mailbox.hpp"

#include <exception>
#include <new>
#include <utility>

namespace webhookd::delivery {
namespace {

/// A receiver or a program may tell back what it was given: secrets of the configuration, or of the event.
handler::outcome without_secrets(handler::outcome o) {
    // A character that did not fit whole leaves up to four bytes of the bound.
    const bool cut = o.output.size() + 4 > handler::max_output;
    o.reason = event::without_api_tokens(secrets::masked(o.reason));
    o.output = event::without_api_tokens(secrets::masked(o.output, cut));
    return o;
}

void end(const std::shared_ptr<attempt>& a, handler::outcome outcome, const std::shared_ptr<mailbox>& box,
         const runtime::clock& clock) {
    const auto now = attempt::steady::now();
    const auto where = a->where;
    claim_queue::takeover after;
    // An attempt that ends within `start` must not begin the next one: they would pile up on the stack.
    if (a->start_returned && outcome.verdict == handler::verdict::successful) after = where->take_over(now);
    a->took = std::chrono::duration_cast<std::chrono::microseconds>(now - a->began);
    a->outcome = without_secrets(std::move(outcome));
    a->followed = after.next != nullptr;
    const bool urgent = after.low || a->which.in_sequence;
    box->put([&](mail& m) { m.ended.push_back(a); }, urgent ? mailbox::urgency::now : mailbox::urgency::soon);
    if (after.next) begin(after.next, where, box, clock);
}

} // namespace

attempt::attempt(store::claimed_delivery c, steady::time_point now)
    : which(std::move(c))
    , task{which.claim.id, which.attempts + 1, std::move(which.event)}
    , claimed(now) {}

void begin(const std::shared_ptr<attempt>& a, std::shared_ptr<lane> where, std::shared_ptr<mailbox> box,
           const runtime::clock& clock) {
    auto& handler = where->handler();
    a->where = std::move(where);
    a->started = clock.now();
    a->began = attempt::steady::now();
    const auto done = [a, box = std::move(box), &clock](handler::outcome o) {
        end(a, std::move(o), box, clock);
    };
    try {
        handler.start(std::shared_ptr<const handler::delivery>(a, &a->task), done);
    } catch (const std::bad_alloc&) {
        done({handler::verdict::abandoned, 0, "no memory is left for an attempt", {}, {}});
    } catch (const std::exception& e) {
        log::error("a handler threw an exception", {{"handler", a->where->name()}, {"what", e.what()}});
        done({handler::verdict::retry, 0, "the handler met an unexpected exception", {}, {}});
    }
    a->start_returned = true;
}

} // namespace webhookd::delivery
