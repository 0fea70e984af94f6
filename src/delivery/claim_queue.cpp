#include "delivery/claim_queue.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::delivery {

void claim_queue::add(const std::vector<std::shared_ptr<attempt>>& claims) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    for (const auto& each : claims) {
        bytes_ += each->task.event.body.size();
        waiting_.push_back(each);
    }
}

std::shared_ptr<attempt> claim_queue::pop() {
    auto next = std::move(waiting_[first_++]);
    bytes_ -= next->task.event.body.size();
    return next;
}

std::shared_ptr<attempt> claim_queue::take() {
    const std::lock_guard lock(mutex_);
    return count() == 0 ? nullptr : pop();
}

claim_queue::takeover claim_queue::take_over(steady::time_point now) {
    const std::lock_guard lock(mutex_);
    if (!takeover_.allowed || count() == 0 || stale(now)) return {};
    auto next = pop();
    return {std::move(next), count() == takeover_.enough || count() < takeover_.few};
}

void claim_queue::set_takeover(terms t) {
    const std::lock_guard lock(mutex_);
    takeover_ = t;
}

std::vector<store::claim> claim_queue::take_stale(steady::time_point now) {
    std::vector<store::claim> taken;
    const std::lock_guard lock(mutex_);
    while (count() > 0 && stale(now))
        taken.push_back(pop()->which.claim);
    return taken;
}

std::vector<store::claim> claim_queue::take_all() {
    std::vector<store::claim> all;
    const std::lock_guard lock(mutex_);
    takeover_.allowed = false;
    while (count() > 0)
        all.push_back(pop()->which.claim);
    return all;
}

void claim_queue::drop(std::span<const store::delivery_id> lost) {
    const std::lock_guard lock(mutex_);
    const auto first = waiting_.begin() + static_cast<std::ptrdiff_t>(first_);
    const auto gone = std::stable_partition(first, waiting_.end(), [lost](const auto& each) {
        return std::find(lost.begin(), lost.end(), each->which.claim.id) == lost.end();
    });
    for (auto each = gone; each != waiting_.end(); ++each)
        bytes_ -= (*each)->task.event.body.size();
    waiting_.erase(gone, waiting_.end());
}

claim_queue::load claim_queue::holds() const {
    const std::lock_guard lock(mutex_);
    return {count(), bytes_};
}

} // namespace webhookd::delivery
