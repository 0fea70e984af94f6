#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace webhookd::runtime {

/// A value that many threads read and that is replaced at times, by a reload for example. A reader keeps the
/// value that it has loaded. Any thread. (Not std::atomic<std::shared_ptr>: that of GCC 12 lets load() and
/// store() race.)
template <class T>
class shared_value {
public:
    explicit shared_value(T value)
        : value_(std::make_shared<const T>(std::move(value))) {}

    [[nodiscard]] std::shared_ptr<const T> load() const {
        const std::lock_guard lock{mutex_};
        return value_;
    }

    void store(T value) {
        auto fresh = std::make_shared<const T>(std::move(value));
        const std::lock_guard lock{mutex_};
        value_.swap(fresh);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;
};

} // namespace webhookd::runtime
