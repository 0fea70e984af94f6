#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/config/settings.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/store/instances.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::daemon {

/// How long a start or a reload waits until the other instances can see a change. Longer than a busy database
/// needs, and shorter than a watchdog waits.
inline constexpr std::chrono::seconds heartbeat_bound{3};

/// What this instance tells the others that share its store, with each heartbeat. Any thread.
class own_state {
public:
    /// The engine outlives it. `key` is the store's, for fingerprints.
    own_state(const delivery::engine& engine, std::string key)
        : engine_(engine)
        , key_(std::move(key)) {}

    /// Deliveries for these are no orphans to other instances from the next heartbeat on: where some of them
    /// are new, which is returned, it must be kept before the first delivery is planned.
    bool change_handlers(const std::vector<config::handler>& configured);
    /// Takes some tens of milliseconds.
    void change_fingerprint(const config::setting_list& in_force);

    [[nodiscard]] store::instance_state read() const;

private:
    const delivery::engine& engine_;
    const std::string key_;
    mutable std::mutex mutex_;
    std::string fingerprint_;
    std::vector<std::string> handlers_;
};

} // namespace webhookd::daemon
