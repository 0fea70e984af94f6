#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace webhookd::store {

/// What a commit has changed.
struct commit_notice {
    bool events = false;     ///< events were kept
    bool deliveries = false; ///< deliveries were planned, or became due by a retry, a call back or an erasure
    bool erased = false;     ///< another instance has erased events: what was claimed before must not begin
    bool circuits = false;   ///< another instance has opened or closed the circuit of a handler
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
    /// Ends it, as its destructor does: waits for a call under way; there are none afterwards. Not from
    /// within the call.
    void reset() noexcept { listening_.reset(); }

private:
    std::shared_ptr<void> listening_; ///< the engine's; ends the subscription when destroyed
};

/// The port that notifies of commits: of this process and, where several share a database, of the others.
class notifications {
public:
    /// Called on any thread, soon after the commit, once for each commit that changed something, and one at a
    /// time. A hint, not a promise: a notice may be lost with a connection, so a listener that depends on it
    /// must also poll. What a claimer knows already (its own `finish` and `release`) is not notified. An
    /// acknowledgement waits for the listener: it must be quick, must not call the store nor subscribe, and
    /// its exceptions are dropped.
    using listener = std::function<void(const commit_notice&)>;

    /// Any thread.
    [[nodiscard]] virtual subscription subscribe(listener call) = 0;

protected:
    ~notifications() = default;
};

} // namespace webhookd::store
