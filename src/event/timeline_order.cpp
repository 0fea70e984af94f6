#include <webhookd/event/timeline_order.hpp>

#include <algorithm>
#include <map>

namespace webhookd::event {
namespace {

constexpr std::string_view lifecycle = "transaction.lifecycle.";

const timeline_event* latest_stage(std::span<const timeline_event> timeline) {
    const timeline_event* latest = nullptr;
    for (const auto& each : timeline)
        if (each.type.starts_with(lifecycle) && (latest == nullptr || each.at >= latest->at)) latest = &each;
    return latest;
}

bool has_ended(std::span<const timeline_event> timeline) {
    static constexpr std::string_view ends[] = {"completed", "cancelled", "expired"};
    return std::ranges::any_of(timeline, [](const timeline_event& each) {
        const std::string_view type = each.type;
        return type.starts_with(lifecycle) &&
               std::ranges::find(ends, type.substr(lifecycle.size())) != std::end(ends);
    });
}

/// Those whose latest event is their opening.
std::vector<std::string> open_actions(std::span<const timeline_event> timeline) {
    std::map<std::string, const timeline_event*> latest;
    for (const auto& each : timeline) {
        if (each.object_id.empty()) continue;
        if (each.type != "action.opened" && each.type != "action.closed" && each.type != "action.stalled")
            continue;
        auto& last = latest[each.object_id];
        if (last == nullptr || each.at >= last->at) last = &each;
    }
    std::vector<std::string> open;
    for (const auto& [action, last] : latest)
        if (last->type == "action.opened") open.push_back(action);
    return open;
}

} // namespace

std::vector<arrival_mark> mark_arrivals(std::span<const arrival> events) {
    std::vector<arrival_mark> marks(events.size());
    std::optional<timestamp> earliest_later; // arrival of all that happened later
    for (std::size_t i = events.size(); i-- > 0;) {
        const auto& each = events[i];
        auto& mark = marks[i];
        if (i > 0) mark.elapsed = each.at - events[i - 1].at;
        if (each.received - each.at > timely) mark.late = each.received - each.at;
        mark.out_of_order = earliest_later && each.received > *earliest_later;
        earliest_later = std::min(earliest_later.value_or(each.received), each.received);
    }
    return marks;
}

std::vector<expected_event> expect_next(std::span<const timeline_event> timeline,
                                        std::optional<std::chrono::minutes> duration, timestamp now) {
    std::vector<expected_event> next;
    if (has_ended(timeline)) return next;
    const auto* stage = latest_stage(timeline);
    const auto is_at = [&](std::string_view name) {
        return stage != nullptr && stage->type.substr(lifecycle.size()) == name;
    };
    auto open = open_actions(timeline);
    // An action tells that its transaction was started, whatever else is missing.
    if (is_at("paused") || (is_at("created") && open.empty())) {
        next.push_back({"transaction.lifecycle.started", {}, std::nullopt});
        return next;
    }
    if (stage == nullptr && open.empty()) return next;
    std::optional<timestamp> by;
    if (is_at("started") && duration) by = stage->at + *duration;
    if (by && *by < now) return next;
    for (auto& action : open)
        next.push_back({"action.closed", std::move(action), std::nullopt});
    next.push_back({"transaction.lifecycle.completed", {}, by});
    return next;
}

} // namespace webhookd::event
