#pragma once

#include <chrono>
#include <thread>

namespace webhookd::test {

/// Polls until `condition()` holds; false when it does not within the bound. The bound is there to end a
/// broken test, never to measure: give it generously.
template <class Condition>
[[nodiscard]] bool wait_for_condition(Condition condition,
                                      std::chrono::milliseconds bound = std::chrono::seconds(30),
                                      std::chrono::milliseconds between = std::chrono::milliseconds(2)) {
    const auto deadline = std::chrono::steady_clock::now() + bound;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return condition();
        std::this_thread::sleep_for(between);
    }
    return true;
}

} // namespace webhookd::test
