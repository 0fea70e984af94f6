#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>

namespace webhookd::runtime {

/// Numbers the threads that ask, from 0, in the order in which they first do.
[[nodiscard]] inline std::size_t number_of_this_thread() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed);
    return mine;
}

/// A value for each thread that counts, each on cache lines of its own, so that counting costs the same on
/// any number of cores. Beyond one for each core, threads share: the value must bear several threads.
template <class Value>
class per_thread {
public:
    [[nodiscard]] Value& mine() noexcept { return slots_[number_of_this_thread() % size_].value; }

    template <class Visit>
    void for_each(Visit visit) const {
        for (std::size_t i = 0; i < size_; ++i)
            visit(slots_[i].value);
    }

private:
    static constexpr std::size_t cache_line = 64;
    struct alignas(cache_line) slot {
        Value value{};
    };

    std::size_t size_ = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 64);
    std::unique_ptr<slot[]> slots_ = std::make_unique<slot[]>(size_);
};

} // namespace webhookd::runtime
