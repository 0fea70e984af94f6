#pragma once

#include <webhookd/runtime/clock.hpp>

#include <atomic>
#include <chrono>

namespace webhookd::test {

/// Stands still until it is moved. Any thread.
class manual_clock final : public runtime::clock {
public:
    explicit manual_clock(timestamp start)
        : now_(start) {}

    void advance(std::chrono::microseconds by) { now_ = now_.load() + by; }
    [[nodiscard]] timestamp now() const override { return now_; }

private:
    std::atomic<timestamp> now_;
};

} // namespace webhookd::test
