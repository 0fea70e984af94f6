#include "store/sqlite/leases.hpp"

namespace webhookd::store::sqlite {

leases::table leases::held(timestamp now) {
    const std::lock_guard lock{mutex_};
    std::erase_if(held_, [now](const auto& lease) { return lease.second <= now; });
    return held_;
}

void leases::add(const claim_answer& claimed, timestamp until) {
    const std::lock_guard lock{mutex_};
    for (const auto& each : claimed.deliveries)
        held_[each.id] = until;
}

void leases::end(delivery_id id) {
    const std::lock_guard lock{mutex_};
    held_.erase(id);
}

} // namespace webhookd::store::sqlite
