#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

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

/// What a histogram has counted so far.
struct histogram_snapshot {
    std::vector<std::uint64_t> bounds; ///< ascending
    /// How many values were at most each bound and above the one before; those above the last one stand at
    /// the end.
    std::vector<std::uint64_t> counts;
    std::uint64_t sum = 0; ///< of all values

    /// `other` has the same bounds; an empty one takes its values.
    histogram_snapshot& operator+=(const histogram_snapshot& other) {
        if (counts.empty()) return *this = other;
        for (std::size_t i = 0; i < counts.size() && i < other.counts.size(); ++i)
            counts[i] += other.counts[i];
        sum += other.sum;
        return *this;
    }
};

/// Bounds of a histogram over durations: in nanoseconds.
template <class... Durations>
constexpr auto duration_bounds(Durations... bounds) {
    return std::array{static_cast<std::uint64_t>(std::chrono::nanoseconds(bounds).count())...};
}

/// Counts values into buckets whose bounds, an ascending array, are part of the type. Any thread may add and
/// read: it never waits and never allocates. A reader may catch a value in its bucket before it is in the
/// sum. Threads that add much at the same time should have one each (per_thread).
template <const auto& Bounds>
class histogram {
public:
    void add(std::uint64_t value) noexcept {
        const auto bucket = std::lower_bound(Bounds.begin(), Bounds.end(), value) - Bounds.begin();
        counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }
    /// For bounds in nanoseconds. A negative duration (a clock was set) counts as zero.
    void add(std::chrono::nanoseconds took) noexcept {
        add(static_cast<std::uint64_t>(std::max<std::chrono::nanoseconds::rep>(took.count(), 0)));
    }

    [[nodiscard]] histogram_snapshot read() const {
        histogram_snapshot t{{Bounds.begin(), Bounds.end()}, {}, sum_.load(std::memory_order_relaxed)};
        for (const auto& each : counts_)
            t.counts.push_back(each.load(std::memory_order_relaxed));
        return t;
    }

private:
    std::array<std::atomic<std::uint64_t>, Bounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_{0};
};

} // namespace webhookd::runtime
