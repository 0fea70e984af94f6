#include "delivery/attempt.hpp"

#include <webhookd/event/redaction.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>

#include "delivery/handler_queue.hpp"
#include "delivery/inbox.hpp"

#include <exception>
#include <new>
#include <utility>

namespace webhookd::delivery {
namespace {

void end(const std::shared_ptr<attempt>& a, handler::outcome outcome, const std::shared_ptr<inbox>& to,
         const runtime::clock& clock) {
    const auto now = attempt::steady::now();
    const auto queue = a->queue;
    prefetch_buffer::handed_off after;
    // An attempt that ends within `start` must not begin the next one: they would pile up on the stack.
    if (a->start_returned && outcome.verdict == handler::verdict::successful) after = queue->hand_off(now);
    a->took = std::chrono::duration_cast<std::chrono::microseconds>(now - a->began);
    a->outcome = without_secrets(std::move(outcome));
    a->handed_off = after.next != nullptr;
    const bool urgent = after.low || a->which.is_ordered;
    to->put([&](commands& c) { c.ended.push_back(a); }, urgent ? inbox::urgency::now : inbox::urgency::soon);
    if (!after.next) return;
    after.next->queue = queue;
    begin(after.next, to, clock);
}

} // namespace

handler::outcome without_secrets(handler::outcome o) {
    // A character that did not fit whole leaves up to four bytes of the bound.
    const bool cut = o.output.size() + 4 > handler::max_output;
    o.reason = event::without_api_tokens(secrets::masked(o.reason));
    o.output = event::without_api_tokens(secrets::masked(o.output, cut));
    return o;
}

attempt::attempt(store::claimed_delivery c, steady::time_point now)
    : which(std::move(c))
    , task{which.claim.id, which.attempts + 1, std::move(which.event)}
    , claimed(now) {}

void begin(const std::shared_ptr<attempt>& a, std::shared_ptr<inbox> to, const runtime::clock& clock) {
    auto& handler = a->queue->handler();
    a->started = clock.now();
    a->began = attempt::steady::now();
    const auto done = [a, to = std::move(to), &clock](handler::outcome o) {
        end(a, std::move(o), to, clock);
    };
    try {
        handler.start(std::shared_ptr<const handler::delivery>(a, &a->task), done);
    } catch (const std::bad_alloc&) {
        done({handler::verdict::abandoned, 0, "no memory is left for an attempt", {}, {}});
    } catch (const std::exception& e) {
        log::error("a handler threw an exception", {{"handler", a->queue->name()}, {"what", e.what()}});
        done({handler::verdict::retry, 0, "the handler met an unexpected exception", {}, {}});
    }
    a->start_returned = true;
}

} // namespace webhookd::delivery
