#include <webhookd/config/settings.hpp>
#include <webhookd/text/printable.hpp>

#include "config/disclosure.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace webhookd::config {

void mask(setting_list& list, const std::function<std::string(std::string_view)>& masked) {
    for (auto& each : list.data) {
        auto fit = masked(each.value);
        each.masked = each.masked || fit != each.value;
        each.value = std::move(fit);
    }
}

void write(webhookd::text::json_writer& json, const setting_list& list) {
    json.key("data");
    json.begin_array();
    for (const auto& each : list.data) {
        json.begin_object();
        json.text("key", webhookd::text::printable(each.key));
        json.raw("value", each.value);
        json.flag("masked", each.masked);
        json.text("origin", webhookd::text::printable(each.origin));
        json.end_object();
    }
    json.end_array();
    json.flag("has_more", list.has_more);
}

bool is_fixed(std::string_view key) noexcept {
    static constexpr std::string_view replaced[] = {"server.limits", "server.tls"};
    static constexpr std::string_view fixed[] = {"server",    "admin.listen", "admin.trusted_proxies",
                                                 "endpoints", "storage.url",  "queue.max_in_memory",
                                                 "log.format"};
    const auto holds = [key](std::string_view section) { return is_within(key, section); };
    return std::ranges::any_of(fixed, holds) && std::ranges::none_of(replaced, holds);
}

setting_list in_force(const setting_list& running, setting_list loaded,
                      const std::vector<std::string>& changed) {
    for (const auto& section : changed) {
        const auto stays = [&section](const setting& each) {
            return is_fixed(each.key) && is_within(each.key, section);
        };
        const auto first = std::ranges::find_if(loaded.data, stays);
        const auto at = std::distance(loaded.data.begin(), first);
        std::erase_if(loaded.data, stays);
        std::vector<setting> kept;
        std::ranges::copy_if(running.data, std::back_inserter(kept), stays);
        loaded.data.insert(loaded.data.begin() + at, std::make_move_iterator(kept.begin()),
                           std::make_move_iterator(kept.end()));
    }
    return loaded;
}

} // namespace webhookd::config
