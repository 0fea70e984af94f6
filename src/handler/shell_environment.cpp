#include "handler/shell_environment.hpp"

#include <cstdlib>

namespace webhookd::handler {

namespace {

constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string entry(std::string_view name, std::string_view value) {
    std::string text;
    text.reserve(name.size() + 1 + value.size());
    return text.append(name).append(1, '=').append(value);
}

bool fits(std::string_view value) {
    return value.size() <= max_variable && value.find('\0') == std::string_view::npos;
}

} // namespace

std::vector<std::string> base_environment(const std::map<std::string, std::string>& env,
                                          std::string_view home) {
    std::vector<std::string> environment;
    const auto inherit = [&](const char* name, std::string_view otherwise) {
        if (env.contains(name)) return;
        const char* own = std::getenv(name);
        const std::string_view value = own != nullptr ? own : otherwise;
        if (!value.empty()) environment.push_back(entry(name, value));
    };
    inherit("PATH", usual_path);
    if (home.empty())
        inherit("HOME", {});
    else if (!env.contains("HOME"))
        environment.push_back(entry("HOME", home));
    inherit("LANG", {});
    for (const auto& [name, value] : env)
        environment.push_back(entry(name, value));
    return environment;
}

void add_event_variables(std::vector<std::string>& environment, std::string_view handler_name,
                         const delivery& d) {
    const auto& e = d.event.envelope;
    const auto add = [&](std::string_view name, std::string_view value) {
        environment.push_back(entry(name, fits(value) ? value : std::string_view()));
    };
    add("UNIVERSIGN_HANDLER", handler_name);
    add("UNIVERSIGN_DELIVERY_ID", std::to_string(d.id));
    add("UNIVERSIGN_ATTEMPT", std::to_string(d.attempt));
    add("UNIVERSIGN_TEST", d.test ? "true" : "");
    add("UNIVERSIGN_ENDPOINT", d.event.endpoint);
    add("UNIVERSIGN_EVENT_ID", e.id);
    add("UNIVERSIGN_EVENT_TYPE", e.type);
    add("UNIVERSIGN_CREATED", e.created ? to_rfc3339(*e.created) : std::string());
    add("UNIVERSIGN_RECEIVED", to_rfc3339(d.event.received));
    add("UNIVERSIGN_TRANSACTION_ID", e.transaction_id);
    add("UNIVERSIGN_OBJECT_ID", e.object_id);
    add("UNIVERSIGN_OBJECT_TYPE", e.object_type);
    add("UNIVERSIGN_STATE", e.state);
    add("UNIVERSIGN_STALLED_REASON", e.stalled_reason);
    add("UNIVERSIGN_API_KEY", e.api_key);
    add("UNIVERSIGN_TRACE_ID", e.trace_id);
    add("UNIVERSIGN_JWS_SIGNATURE", d.event.signature);
}

std::string_view variable(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string_view each : environment)
        if (each.size() > name.size() && each[name.size()] == '=' && each.starts_with(name))
            return each.substr(name.size() + 1);
    return {};
}

} // namespace webhookd::handler
