#pragma once

#include <webhookd/runtime/histogram.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace webhookd::delivery {

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

} // namespace webhookd::delivery
