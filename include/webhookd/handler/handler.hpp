#pragma once

#include <webhookd/store/event.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace webhookd::handler {

/// What a handler gets for one attempt. The event's id is the idempotency key: it stays the same however
/// often a delivery is tried.
struct delivery {
    std::int64_t id = 0;
    std::uint32_t attempt = 1; ///< 1 for the first
    store::stored_event event; ///< with body and signature where the handler needs them
    bool test = false; ///< an operator's test: the event is a sample, and whatever runs must be told so
};

enum class verdict {
    successful, ///< need not run again
    retry,      ///< may succeed later: the retry policy decides when, and whether at all
    failed,     ///< would not succeed however often it is tried
    abandoned,  ///< counts as not tried: `cancel` ended it, or this process lacked resources
};

/// Bytes of `outcome::output` at most.
inline constexpr std::size_t max_output = 8 * 1024;

/// The outcome of one attempt. Kept with it, and shown to operators: neither `reason` nor `output` may hold a
/// secret of the configuration.
struct outcome {
    handler::verdict verdict = verdict::successful;
    int status = 0;     ///< HTTP status, or exit code (128 + signal); 0: there is none
    std::string reason; ///< why it was not successful, in a few words; empty otherwise
    std::string output; ///< how the answer or the program's output begins
    std::optional<std::chrono::milliseconds> retry_after; ///< asked for by the other side
};

/// The port that log, forward and shell handlers implement. A handler knows neither queues nor retries nor
/// how many attempts may run at once: it tries once and reports the outcome.
class handler {
public:
    using completion = std::function<void(outcome)>;

    /// Only after every attempt has ended.
    virtual ~handler() = default;

    /// Whether an attempt reads the event's body and signature; without them reading events back costs less.
    [[nodiscard]] virtual bool needs_body() const { return true; }

    /// Begins one attempt, bounded by the handler's own timeout, and does not wait for it. `done` is called
    /// exactly once, on any thread, perhaps before `start` returns; it does not block and does not throw.
    /// When `start` throws, which is a bug, `done` is not called any more. Called on the delivery loop's
    /// thread, and by a `done` that was called after `start` had returned, on that thread: two calls may
    /// overlap.
    virtual void start(std::shared_ptr<const delivery> d, completion done) = 0;

    /// Ends the attempts under way soon, as `abandoned`. On the delivery loop's thread.
    virtual void cancel() {}

    /// Reopens its files after a log rotation, soon and without waiting for it; a file that cannot be opened
    /// is logged, and the old one stays in use. On the delivery loop's thread.
    virtual void reopen() {}
};

} // namespace webhookd::handler
