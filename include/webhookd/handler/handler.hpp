#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/event_store.hpp>

#include <string>

namespace webhookd::handler {

/// What one delivery hands to a handler. The event's id is the idempotency key.
struct delivery {
    const store::stored_event& event;
    int attempt = 1; ///< 1 for the first
};

/// The port behind which log, forward and shell stand. A handler knows neither queues nor retries: it tries
/// once and says what came of it.
class handler {
public:
    virtual ~handler() = default;

    /// Whether `handle` reads the event's body and signature; without them reading events back costs less.
    [[nodiscard]] virtual bool needs_body() const { return true; }

    /// Success means that the delivery need not run again.
    virtual result<void> handle(const delivery& d) = 0;
};

} // namespace webhookd::handler
