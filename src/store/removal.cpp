#include "store/removal.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::store {
namespace {

/// The size of an event's attempts, on average and with their output.
constexpr std::int64_t attempt_bytes = 1024;

} // namespace

bool removal_budget::take(const event_weight& e, bool with_attempts) {
    weight_ += e.body_bytes;
    if (with_attempts) weight_ += e.attempts * attempt_bytes;
    return std::exchange(first_, false) || weight_ <= most_;
}

purge_scan::purge_scan(const purge_search& wanted, std::vector<arrival_bound> believed)
    : wanted_(wanted)
    , limit_(static_cast<std::int64_t>(std::clamp<std::size_t>(wanted.limit, 1, INT32_MAX)))
    , bounds_(std::move(believed))
    , arrived_(wanted.arrived)
    , last_(wanted.after) {}

// An instant smaller than the one before it means that the clock was behind.
bool purge_scan::inspect(event_offset offset, timestamp received, bool held) {
    last_ = offset;
    for (; next_bound_ < bounds_.size() && bounds_[next_bound_].beyond < offset; ++next_bound_)
        arrived_ = std::max(arrived_, bounds_[next_bound_].at);
    if (received <= wanted_.now) {
        arrived_ = std::max(arrived_, received);
        if (arrived_ >= wanted_.before) return false;
        if (!held) found_.events.push_back(offset);
    }
    ++looked_at_;
    return true;
}

purge_candidates purge_scan::take() {
    if (looked_at_ == limit_) found_.next = last_;
    found_.arrived = arrived_;
    return std::move(found_);
}

} // namespace webhookd::store
