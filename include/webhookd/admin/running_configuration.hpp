#pragma once

#include <webhookd/config/load.hpp>
#include <webhookd/config/route_trial.hpp>
#include <webhookd/config/settings.hpp>
#include <webhookd/time.hpp>

#include <string>
#include <vector>

namespace webhookd::admin {

/// The configuration in force, as the API shows and tries it. Immutable; a reload makes another one.
struct running_configuration {
    config::setting_list settings;          ///< shows no secret
    std::vector<std::string> files;         ///< that were read, the main file first
    std::vector<std::string> needs_restart; ///< keys that the files have another value for
    timestamp loaded;
    config::route_trial routes;
};

/// At the start.
[[nodiscard]] running_configuration show_start(const config::loaded& loaded, timestamp now);

/// After a reload: `running` is in force now, `changed` (see config::changed_keys) only from the next start
/// on.
[[nodiscard]] running_configuration show_reload(const running_configuration& before, config::loaded loaded,
                                                const config::configuration& running,
                                                std::vector<std::string> changed, timestamp now);

} // namespace webhookd::admin
