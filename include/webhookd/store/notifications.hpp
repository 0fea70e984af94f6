#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace webhookd::store {

/// What a commit brought.
struct commit_notice {
    bool events = false;     ///< events were kept
    bool deliveries = false; ///< deliveries were planned, or became due by a retry, a call back or an erasure
    friend bool operator==(const commit_notice&, const commit_notice&) = default;
};

/// While it lives, its listener is called. It may outlive the store.
class subscription {
public:
    subscription() = default; ///< of nothing
    explicit subscription(std::shared_ptr<void> listening)
        : listening_(std::move(listening)) {}
    subscription(subscription&&) = default;
    subscription& operator=(subscription&&) = default;
    ~subscription() = default;
    /// Ends it, as its end of life does: waits for a call under way, after which there is none any more. Not
    /// from within the call.
    void reset() noexcept { listening_.reset(); }

private:
    std::shared_ptr<void> listening_; ///< the engine's; ends the subscription when it goes
};

/// The port for those who want to know of commits: this process's own and, where several share a database,
/// those of the others.
class notifications {
public:
    /// Called on any thread, soon after the commit, once for each commit that brought something, and one at a
    /// time. A hint, not a promise: a notice may be lost with a connection, so whoever depends on it looks
    /// for itself now and then. What a claimer knows by itself (its own `finish` and `release`) is not told.
    /// The listener is on the way of an acknowledgement: it must be quick, must not call the store nor
    /// subscribe, and its exceptions are dropped.
    using listener = std::function<void(const commit_notice&)>;

    /// Any thread.
    [[nodiscard]] virtual subscription subscribe(listener call) = 0;

protected:
    ~notifications() = default;
};

} // namespace webhookd::store
