#include "delivery/claim_queue.hpp"

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

std::vector<store::delivery_id> claim_queue::take_stale(steady::time_point now) {
    std::vector<store::delivery_id> taken;
    const std::lock_guard lock(mutex_);
    while (count() > 0 && stale(now))
        taken.push_back(pop()->which.id);
    return taken;
}

std::vector<store::delivery_id> claim_queue::take_all() {
    std::vector<store::delivery_id> all;
    const std::lock_guard lock(mutex_);
    takeover_.allowed = false;
    while (count() > 0)
        all.push_back(pop()->which.id);
    return all;
}

claim_queue::load claim_queue::holds() const {
    const std::lock_guard lock(mutex_);
    return {count(), bytes_};
}

} // namespace webhookd::delivery
