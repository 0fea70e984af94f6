#include "store/sqlite/leases.hpp"

#include <algorithm>

namespace webhookd::store::sqlite {

leases::claim_lock::claim_lock(leases& all, steady now)
    : all_(all)
    , alone_(all.claiming_)
    , now_(now) {
    const std::lock_guard lock{all_.mutex_};
    all_.claim_locked_ = true;
}

leases::claim_lock::~claim_lock() {
    const std::lock_guard lock{all_.mutex_};
    all_.claim_locked_ = false;
    for (const auto& each : all_.ended_while_locked_)
        all_.end(each);
    all_.ended_while_locked_.clear();
}

bool leases::claim_lock::holds(delivery_id id) const {
    const std::lock_guard lock{all_.mutex_};
    return all_.holds(id, now_);
}

std::size_t leases::claim_lock::count() const {
    const std::lock_guard lock{all_.mutex_};
    return all_.held_.size();
}

void leases::claim_lock::add(std::vector<claimed_delivery>& claimed, steady until) {
    const std::lock_guard lock{all_.mutex_};
    const auto token = ++all_.last_token_;
    std::erase_if(claimed, [&](const auto& each) { return all_.holds(each.claim.id, now_); });
    for (auto& each : claimed) {
        each.claim.token = token;
        all_.held_[each.claim.id] = {token, until};
    }
}

leases::finish::finish(leases& all, std::span<const finished_delivery> batch)
    : all_(all)
    , batch_(batch) {
    const std::lock_guard lock{all_.mutex_};
    for (const auto& each : batch) {
        if (auto* held = all_.find(each.claim))
            held->finishing = true;
        else
            fenced_.push_back(each.claim.id);
    }
}

leases::finish::~finish() {
    const std::lock_guard lock{all_.mutex_};
    for (const auto& each : batch_) {
        if (committed_)
            all_.end(each.claim);
        else if (auto* held = all_.find(each.claim))
            held->finishing = false;
    }
}

void leases::release(std::span<const claim> claims) {
    const std::lock_guard lock{mutex_};
    for (const auto& each : claims)
        end(each);
}

std::vector<delivery_id> leases::extend(std::span<const claim> claims, steady until) {
    std::vector<delivery_id> lost;
    const std::lock_guard lock{mutex_};
    for (const auto& each : claims) {
        if (auto* held = find(each))
            held->until = until;
        else
            lost.push_back(each.id);
    }
    return lost;
}

std::size_t leases::count_held(std::span<const delivery_id> ids) const {
    const std::lock_guard lock{mutex_};
    const auto held = std::ranges::count_if(ids, [this](delivery_id id) { return held_.contains(id); });
    return static_cast<std::size_t>(held);
}

bool leases::holds(delivery_id id, steady now) const {
    const auto found = held_.find(id);
    return found != held_.end() && (found->second.finishing || found->second.until > now);
}

leases::lease* leases::find(const claim& c) {
    const auto found = held_.find(c.id);
    return found != held_.end() && found->second.token == c.token ? &found->second : nullptr;
}

void leases::end(const claim& c) {
    if (claim_locked_)
        ended_while_locked_.push_back(c);
    else if (find(c) != nullptr)
        held_.erase(c.id);
}

} // namespace webhookd::store::sqlite
