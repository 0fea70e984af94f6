#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/delivery.hpp>

#include <atomic>
#include <chrono>
#include <memory>

namespace webhookd::delivery {

class handler_queue;
class inbox;

/// A claim and its outcome. Made and freed on the engine's thread (two threads that free each other's memory
/// contend for malloc's locks), run by the thread that begins it.
struct attempt {
    using steady = circuit_breaker::clock;

    attempt(store::claimed_delivery claimed, steady::time_point now);

    store::claimed_delivery which; ///< without its event, which is in the task
    handler::delivery task;
    steady::time_point claimed;

    // From its beginning:
    std::shared_ptr<handler_queue> queue; ///< within whose limits it runs
    timestamp started;
    steady::time_point began;
    std::atomic<bool> start_returned = false;

    // From its end:
    std::chrono::microseconds took{};
    handler::outcome outcome;
    bool handed_off = false; ///< another has begun in its place
};

/// Begins it, within its queue, on the calling thread; its end comes into the inbox. When it ends well after
/// the handler's `start` has returned, the thread that ends it begins the queue's next claim at once. `clock`
/// must outlive the attempt.
void begin(const std::shared_ptr<attempt>& a, std::shared_ptr<inbox> to, const runtime::clock& clock);

/// A receiver or a program may repeat what it got: secrets of the configuration, or of the event. Neither is
/// in the outcome that is returned.
[[nodiscard]] handler::outcome without_secrets(handler::outcome o);

} // namespace webhookd::delivery
