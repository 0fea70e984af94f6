#include "support/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace webhookd::test {

namespace {

constexpr int linear_bits = 7; // 128 buckets a doubling
constexpr std::uint64_t linear = 1u << linear_bits;
constexpr int top_bit = 45; // the highest bit of the largest duration told apart: 2^46 ns is 19.5 hours
constexpr std::size_t bucket_count = (top_bit - linear_bits + 2) * linear;

constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < linear) return value;
    const int shift = std::bit_width(value) - 1 - linear_bits;
    return static_cast<std::size_t>(shift + 1) * linear + (value >> shift) - linear;
}

constexpr std::uint64_t upper_bound_of(std::size_t bucket) noexcept {
    if (bucket < linear) return bucket;
    const std::uint64_t shift = bucket / linear - 1;
    return ((bucket % linear + linear + 1) << shift) - 1;
}

static_assert(bucket_of(linear) == linear &&
              bucket_of((std::uint64_t{2} << top_bit) - 1) == bucket_count - 1);
static_assert(upper_bound_of(bucket_of(1'000'000)) >= 1'000'000);

} // namespace

histogram::histogram()
    : buckets_(bucket_count) {}

void histogram::record(std::chrono::nanoseconds duration) noexcept {
    const std::int64_t value = std::max<std::int64_t>(duration.count(), 0);
    ++buckets_[std::min(bucket_of(static_cast<std::uint64_t>(value)), bucket_count - 1)];
    ++count_;
    max_ = std::max(max_, value);
}

void histogram::merge(const histogram& other) noexcept {
    for (std::size_t i = 0; i < buckets_.size(); ++i)
        buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds histogram::quantile(double q) const noexcept {
    const auto wanted = std::max(1.0, std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_)));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        below += buckets_[i];
        if (static_cast<double>(below) >= wanted) {
            return std::chrono::nanoseconds(std::min(static_cast<std::int64_t>(upper_bound_of(i)), max_));
        }
    }
    return max();
}

} // namespace webhookd::test
