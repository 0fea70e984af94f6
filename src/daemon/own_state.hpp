#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/config/settings.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/store/instances.hpp>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::daemon {

/// What this instance tells the others that share its store, with each heartbeat. Any thread.
class own_state {
public:
    /// The engine outlives it. `key` is the store's, for fingerprints.
    own_state(const delivery::engine& engine, std::string key)
        : engine_(engine)
        , key_(std::move(key)) {}

    /// Deliveries for these are not orphans from the next heartbeat on, so that it must be told before the
    /// first of them is planned.
    void change_handlers(const std::vector<config::handler>& configured);
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
