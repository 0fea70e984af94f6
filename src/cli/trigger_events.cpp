#include "cli/trigger_events.hpp"

#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>

namespace webhookd::cli {

result<std::vector<std::string>> chosen_types(const trigger_options& options) {
    std::vector<std::string> types;
    if (options.all)
        for (const auto& type : event::catalogue())
            types.emplace_back(type.name);
    for (const auto& name : options.types) {
        if (event::find_type(name) == nullptr) {
            std::string detail = name + ": no such event type";
            if (const auto near = event::nearest_type(name))
                detail += "; did you mean " + std::string{*near} + '?';
            return failure{errc::argument_invalid, std::move(detail)};
        }
        if (!options.all) types.push_back(name);
    }
    if (types.empty() && options.bodies.empty())
        return failure{errc::argument_invalid, "name one event type or more, or --all"};
    return types;
}

result<std::vector<event::override_value>> read_overrides(const std::vector<std::string>& sets) {
    std::vector<event::override_value> overrides;
    for (const auto& text : sets) {
        const auto equals = text.find('=');
        if (!text.starts_with('/') || equals == std::string::npos)
            return failure{errc::argument_invalid, "--set " + text + ": not /pointer=value"};
        overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return overrides;
}

event::sample_world world_of(std::uint64_t seed) {
    using namespace std::chrono;
    constexpr std::uint64_t a_century =
        100 * 365 * 24; // hours: keeps any seed within the dates that can be written
    const auto offset = hours{static_cast<int>(seed % a_century)};
    return {.seed = seed, .started = sys_days{2026y / January / 5} + 9h + offset};
}

posted_event describe(std::string body, std::string label) {
    const auto envelope = event::parse_envelope(body);
    if (!envelope) return {std::move(label), {}, std::move(body)};
    return {envelope->type, envelope->id, std::move(body)};
}

} // namespace webhookd::cli
