#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace webhookd::test {

/// Counts durations in log-linear buckets: exact below 256 ns, then 128 buckets for each doubling, so that a
/// value read back is at most 0.8 % above the one recorded. Constant memory (40 KiB), constant time to
/// record. Durations beyond about 19 hours count as that. One thread at a time; merge to combine.
class histogram {
public:
    histogram();

    void record(std::chrono::nanoseconds duration) noexcept;
    void merge(const histogram& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::chrono::nanoseconds max() const noexcept { return std::chrono::nanoseconds(max_); }
    /// The smallest bucket bound below which at least `q` (0…1) of the recorded durations lie; never above
    /// `max()`. Zero when nothing was recorded.
    [[nodiscard]] std::chrono::nanoseconds quantile(double q) const noexcept;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
};

} // namespace webhookd::test
