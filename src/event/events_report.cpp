#include <webhookd/event/events_report.hpp>

#include "event/json.hpp"

#include <set>

namespace webhookd::event {
namespace {

struct figure {
    const char* name;
    std::int64_t events_report::*value;
};

constexpr std::array figures{
    figure{"total", &events_report::total}, figure{"signatures", &events_report::signatures},
    figure{"visas", &events_report::visas}, figure{"reviews", &events_report::reviews},
    figure{"seals", &events_report::seals},
};

failure incomplete(std::string_view name) {
    return {errc::envelope_incomplete, "'" + std::string(name) + "' is missing or is no whole number"};
}

std::int64_t level(const events_report& of, const std::string& name) {
    const auto found = of.signatures_by_required_level.find(name);
    return found == of.signatures_by_required_level.end() ? 0 : found->second;
}

/// Names come from another host and end in a terminal.
bool is_level(std::string_view name) {
    return name.starts_with("level") && name.size() < 16 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

} // namespace

events_report to_report(const consumption& used) {
    events_report r{used.total(), used.signatures(), used.visas, used.reviews, used.seals, {}};
    r.signatures_by_required_level = {{"level_1", 0}, {"level_2", 0}};
    for (std::size_t number = 0; number < consumption::levels; ++number)
        if (const auto signatures = used.signatures_by_level[number]; signatures != 0)
            r.signatures_by_required_level["level_" + std::to_string(number)] = signatures;
    return r;
}

result<events_report> read_report(std::string_view json) {
    const auto parsed = document::parse(json);
    if (!parsed) return parsed.error();
    events_report r;
    for (const auto& each : figures) {
        const auto* value = json::member(parsed->root(), each.name);
        if (!value || !value->IsInt64()) return incomplete(each.name);
        r.*each.value = value->GetInt64();
    }
    const auto* levels = json::member(parsed->root(), "signatures_by_required_level");
    if (!levels) return r;
    if (!levels->IsObject()) return incomplete("signatures_by_required_level");
    for (const auto& each : levels->GetObject()) {
        const auto name = json::text(each.name);
        if (!is_level(name)) continue;
        if (!each.value.IsInt64()) return incomplete("signatures_by_required_level");
        r.signatures_by_required_level[std::string(name)] = each.value.GetInt64();
    }
    return r;
}

std::vector<report_line> compare(const events_report& received, const events_report& universign) {
    std::vector<report_line> lines;
    for (const auto& each : figures)
        lines.push_back({each.name, received.*each.value, universign.*each.value});
    std::set<std::string> names;
    for (const auto* report : {&received, &universign})
        for (const auto& [name, count] : report->signatures_by_required_level)
            names.insert(name);
    for (const auto& name : names)
        lines.push_back({"signatures." + name, level(received, name), level(universign, name)});
    return lines;
}

} // namespace webhookd::event
