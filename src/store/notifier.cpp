#include "store/notifier.hpp"

#include <utility>

namespace webhookd::store {

commit_notice brought(std::span<const new_event> batch, std::span<const append_outcome> outcomes) noexcept {
    commit_notice notice;
    for (std::size_t i = 0; i < outcomes.size() && !notice.deliveries; ++i) {
        if (outcomes[i].status != append_status::accepted) continue;
        notice.events = true;
        notice.deliveries = !batch[i].deliveries.empty();
    }
    return notice;
}

subscription notifier::subscribe(notifications::listener call) {
    const auto where = [&] {
        const std::lock_guard lock{listeners_->mutex};
        return listeners_->calls.insert(listeners_->calls.end(), std::move(call));
    }();
    const auto unsubscribe = [all = listeners_, where](void*) {
        const std::lock_guard ending{all->mutex};
        all->calls.erase(where);
    };
    return subscription{std::shared_ptr<void>(&*where, unsubscribe)};
}

void notifier::tell(const commit_notice& of) noexcept {
    if (of == commit_notice{}) return;
    const std::lock_guard lock{listeners_->mutex};
    for (const auto& call : listeners_->calls) {
        try {
            call(of);
        } catch (...) { // NOLINT: the commit is done, whatever a listener does
        }
    }
}

} // namespace webhookd::store
