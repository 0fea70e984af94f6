#include "daemon/own_state.hpp"

#include <algorithm>
#include <utility>

namespace webhookd::daemon {

bool own_state::change_handlers(const std::vector<config::handler>& configured) {
    std::vector<std::string> names;
    names.reserve(configured.size());
    for (const auto& each : configured)
        names.push_back(each.name);
    const std::lock_guard lock{mutex_};
    const bool some_are_new = std::ranges::any_of(names, [this](const std::string& name) {
        return std::ranges::find(handlers_, name) == handlers_.end();
    });
    handlers_ = std::move(names);
    return some_are_new;
}

void own_state::change_fingerprint(const config::setting_list& in_force) {
    auto fresh = config::fingerprint(in_force, key_);
    const std::lock_guard lock{mutex_};
    fingerprint_ = std::move(fresh);
}

store::instance_state own_state::read() const {
    store::instance_state now;
    now.version = WEBHOOKD_VERSION;
    for (const auto& each : engine_.snapshot())
        now.in_flight += static_cast<std::int64_t>(each.in_flight);
    const std::lock_guard lock{mutex_};
    now.fingerprint = fingerprint_;
    now.handlers = handlers_;
    return now;
}

} // namespace webhookd::daemon
