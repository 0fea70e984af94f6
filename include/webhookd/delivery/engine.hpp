#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/error.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/histogram.hpp>
#include <webhookd/store/circuits.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/notifications.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::delivery {

/// How a handler took a test event.
struct test_outcome {
    handler::outcome outcome; ///< shows no secret
    std::chrono::microseconds took{};
};

/// Called once, on any thread; does not block. Errors: store_not_found (no such handler), queue_full (it is
/// being tested already), configuration_invalid (a dry run), shutting_down.
using test_callback = std::function<void(result<test_outcome>)>;

inline constexpr auto attempt_bounds = [] {
    using namespace std::chrono_literals;
    return runtime::duration_bounds(100us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s,
                                    2500ms, 5s, 10s, 30s, 60s);
}();
inline constexpr auto success_bounds = [] {
    using namespace std::chrono_literals;
    return runtime::duration_bounds(5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 1s, 5s, 30s, 2min, 10min, 1h, 6h,
                                    24h);
}();

/// The outcomes of one handler's attempts. Counted on the engine's thread, read by any.
struct attempt_counters {
    using counter = std::atomic<std::uint64_t>;

    counter successful{0};
    counter retried{0};   ///< will be made again
    counter failed{0};    ///< the delivery failed with it for good
    counter abandoned{0}; ///< cut off by the daemon's end, or not made for lack of resources
    counter fenced{0};    ///< of all these, not recorded: the delivery's lease had gone to another
    runtime::histogram<attempt_bounds> took;
    /// From a delivery's planning, or its last retry by hand, to the end of the attempt that succeeded.
    runtime::histogram<success_bounds> to_success;

    struct totals {
        std::uint64_t successful = 0;
        std::uint64_t retried = 0;
        std::uint64_t failed = 0;
    };
    [[nodiscard]] totals read() const noexcept { return {successful, retried, failed}; }

    static void count(counter& c) noexcept { c.fetch_add(1, std::memory_order_relaxed); }
};

/// A handler as the engine runs it.
struct handler_setup {
    std::string name;
    config::handler_common common;
    std::shared_ptr<handler::handler> handler;
};

/// How a handler is doing, since the start or since its settings changed.
struct handler_status {
    std::string name;
    circuit_breaker::state circuit = circuit_breaker::state::closed;
    std::optional<circuit_breaker::clock::time_point>
        open_until;              ///< of an open circuit: when one attempt tests it
    bool circuit_shared = false; ///< all instances that share the store hold to it
    std::size_t in_flight = 0;
    std::uint32_t concurrency = 0; ///< how many may be
    std::uint64_t successful = 0;  ///< attempts
    std::uint64_t retried = 0;     ///< attempts that will be made again
    std::uint64_t failed = 0;      ///< deliveries that failed for good
    std::string last_error;
    std::optional<timestamp> last_error_at;
    std::shared_ptr<const attempt_counters> counted; ///< since the start, whatever changed meanwhile
};

/// The ports of the store that the engine works with.
struct engine_store {
    store::delivery_query& query;
    store::delivery_queue& queue;
    store::circuits& circuits;
    store::notifications& commits;
    store::this_instance instance;
};

/// Claims what is due for each handler, lets as many attempts run at once as the handler may, and records
/// their outcomes: at least once, however the process ends. What waits stays in the store; in memory is what
/// runs, and a bounded number of prefetched claims. One thread of its own does what the schedule decides, and
/// calls the handlers.
class engine {
public:
    /// The age of a delivery is measured by `believed`, which does not follow a wall clock that leaps. All
    /// must outlive the engine.
    engine(engine_store store, store::group_writer& writer, const runtime::clock& clock,
           const runtime::clock& believed);
    /// Stops as `stop` does, without grace.
    ~engine();

    /// Once. Deliveries that wait for a handler that is not among `setups` become failed.
    void start(std::vector<handler_setup> setups);
    /// Replaces the handlers before. One that is the same object goes on undisturbed with its new settings.
    /// Attempts under way of another end by themselves; what waits for a removed handler becomes failed. Any
    /// thread.
    void apply(std::vector<handler_setup> setups);
    /// What was claimed and has not begun may have failed meanwhile in the store: claims it again. Once
    /// `done` is called, nothing begins any more that was claimed before; what runs goes on. `done` is called
    /// once, on the engine's thread or, when that has ended or never began (a dry run), on this one. Any
    /// thread.
    void revoke_claims(std::function<void()> done);
    /// Has the engine's thread call `answer` when it comes to it; at once where that thread does not run. Any
    /// thread.
    void ask(const std::function<void()>& answer);
    /// Passes an event to one handler at once, past its queue: within the handler's timeout, beside its
    /// concurrency, one at a time for each handler. It counts nowhere and is not kept. Any thread.
    void test(std::string handler, handler::delivery event, test_callback done);
    /// Makes every handler reopen its files. Any thread.
    void reopen_files();
    /// Begins nothing new, waits for what runs, for `grace` at most, then cancels it; records everything.
    /// True when nothing had to be cancelled. What was cancelled is claimed again after a start. Idempotent.
    bool stop(std::chrono::milliseconds grace);

    /// Their names, and the longest that each lets a delivery wait for its next attempt.
    using handlers = std::vector<std::pair<std::string, std::chrono::milliseconds>>;
    /// Those of the last `start` or `apply`, at once. Any thread.
    [[nodiscard]] handlers configured() const;
    /// In the order of the setup. Any thread.
    [[nodiscard]] std::vector<handler_status> snapshot() const;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::delivery
