#pragma once

#include <webhookd/store/event.hpp>
#include <webhookd/store/notifications.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <span>

namespace webhookd::store {

/// What the commit of a batch has changed, with the outcomes of its events.
[[nodiscard]] commit_notice brought(std::span<const new_event> batch,
                                    std::span<const append_outcome> outcomes) noexcept;

/// The listeners of an engine. Any thread. Notices are sent one at a time, so that the end of a subscription
/// waits for a call under way with the same mutex; send none while holding a mutex that a listener may lock.
class notifier {
public:
    [[nodiscard]] subscription subscribe(notifications::listener call);
    /// Sends nothing for a commit that changed nothing.
    void tell(const commit_notice& of) noexcept;

private:
    struct listeners {
        std::mutex mutex;
        std::list<notifications::listener> calls;
    };
    const std::shared_ptr<listeners> listeners_ = std::make_shared<listeners>(); ///< shared by subscriptions
};

} // namespace webhookd::store
