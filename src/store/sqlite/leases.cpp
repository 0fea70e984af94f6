#include "store/sqlite/leases.hpp"

namespace webhookd::store::sqlite {

leases::turn::turn(leases& all, instant now)
    : all_(all)
    , alone_(all.turns_) {
    const std::lock_guard lock{all_.mutex_};
    all_.in_turn_ = true;
    std::erase_if(all_.held_, [now](const auto& lease) { return lease.second <= now; });
}

leases::turn::~turn() {
    const std::lock_guard lock{all_.mutex_};
    all_.in_turn_ = false;
    for (const auto id : all_.ended_in_turn_)
        all_.held_.erase(id);
    all_.ended_in_turn_.clear();
}

void leases::turn::add(std::span<const claimed_delivery> claimed, instant until) {
    for (const auto& each : claimed)
        all_.held_[each.id] = until;
}

void leases::end(delivery_id id) {
    const std::lock_guard lock{mutex_};
    if (in_turn_)
        ended_in_turn_.push_back(id);
    else
        held_.erase(id);
}

} // namespace webhookd::store::sqlite
