#include <webhookd/admin/running_configuration.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/text/printable.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"

#include <utility>

namespace webhookd::admin {

running_configuration show_start(const config::loaded& loaded, timestamp now) {
    return {loaded.settings, loaded.files, {}, now, config::route_trial(*loaded.value)};
}

running_configuration show_reload(const running_configuration& before, config::loaded loaded,
                                  const config::configuration& running, std::vector<std::string> changed,
                                  timestamp now) {
    auto settings = config::in_force(before.settings, std::move(loaded.settings), changed);
    return {std::move(settings), std::move(loaded.files), std::move(changed), now,
            config::route_trial(running)};
}

outcome show_configuration(const call& c) {
    const auto running = c.from.running.load();
    auto shown = running->settings;
    config::mask(shown, [](std::string_view value) { return secrets::masked(value); });
    json_response json;
    json.begin_object();
    json.text("object", "configuration");
    json.text("version", WEBHOOKD_VERSION);
    json.instant("loaded", running->loaded);
    json.key("files");
    json.begin_array();
    for (const auto& each : running->files)
        json.text(text::printable(each));
    json.end_array();
    json.texts("needs_restart", running->needs_restart);
    config::write(json, shown);
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
