#include "delivery/prefetch_buffer.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::delivery {

void prefetch_buffer::add(const std::vector<std::shared_ptr<attempt>>& claims) {
    const std::lock_guard lock{mutex_};
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    for (const auto& each : claims) {
        bytes_ += each->task.event.body.size();
        waiting_.push_back(each);
    }
}

std::shared_ptr<attempt> prefetch_buffer::pop() {
    auto next = std::move(waiting_[first_++]);
    bytes_ -= next->task.event.body.size();
    return next;
}

std::shared_ptr<attempt> prefetch_buffer::take() {
    const std::lock_guard lock{mutex_};
    return count() == 0 ? nullptr : pop();
}

prefetch_buffer::handed_off prefetch_buffer::hand_off(steady::time_point now) {
    const std::lock_guard lock{mutex_};
    if (!hand_off_.allowed || count() == 0 || stale(now) || now >= sure_until_) return {};
    auto next = pop();
    return {std::move(next), count() == hand_off_.enough || count() < hand_off_.few};
}

void prefetch_buffer::set_hand_off(terms t) {
    const std::lock_guard lock{mutex_};
    hand_off_ = t;
}

void prefetch_buffer::set_sure_until(steady::time_point t) {
    const std::lock_guard lock{mutex_};
    sure_until_ = t;
}

std::vector<store::claim> prefetch_buffer::take_stale(steady::time_point now) {
    std::vector<store::claim> taken;
    const std::lock_guard lock{mutex_};
    while (count() > 0 && stale(now))
        taken.push_back(pop()->which.claim);
    return taken;
}

std::vector<store::claim> prefetch_buffer::take_all() {
    std::vector<store::claim> all;
    const std::lock_guard lock{mutex_};
    hand_off_.allowed = false;
    while (count() > 0)
        all.push_back(pop()->which.claim);
    return all;
}

void prefetch_buffer::drop(std::span<const store::delivery_id> lost) {
    const std::lock_guard lock{mutex_};
    const auto first = waiting_.begin() + static_cast<std::ptrdiff_t>(first_);
    const auto gone = std::stable_partition(first, waiting_.end(), [lost](const auto& each) {
        return std::find(lost.begin(), lost.end(), each->which.claim.id) == lost.end();
    });
    for (auto each = gone; each != waiting_.end(); ++each)
        bytes_ -= (*each)->task.event.body.size();
    waiting_.erase(gone, waiting_.end());
}

prefetch_buffer::load prefetch_buffer::holds() const {
    const std::lock_guard lock{mutex_};
    return {count(), bytes_};
}

} // namespace webhookd::delivery
