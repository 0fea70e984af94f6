#include <webhookd/event/timeline.hpp>

#include "event/json.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace webhookd::event {
namespace {

constexpr std::string_view created = "transaction.lifecycle.created";
constexpr std::string_view started = "transaction.lifecycle.started";
constexpr std::string_view paused = "transaction.lifecycle.paused";
constexpr std::string_view completed = "transaction.lifecycle.completed";
constexpr std::string_view cancelled = "transaction.lifecycle.cancelled";
constexpr std::string_view expired = "transaction.lifecycle.expired";
constexpr std::string_view opened = "action.opened";
constexpr std::string_view closed = "action.closed";
constexpr std::string_view stalled = "action.stalled";
constexpr std::string_view reminded = "action.reminder.sent";
constexpr std::string_view reminded_by_hand = "action.manualreminder.sent";

// Those that are no evidence come last.
constexpr std::array types{started, paused,   completed,        cancelled, expired, closed,
                           stalled, reminded, reminded_by_hand, created,   opened};
constexpr std::size_t evident = types.size() - 2;

bool is_end(std::string_view type) {
    return type == completed || type == cancelled || type == expired;
}

bool implies_opened(std::string_view type) {
    return type == closed || type == stalled || type == reminded || type == reminded_by_hand;
}

template <class Test>
std::optional<std::size_t> latest(std::span<const timeline_event> timeline, Test test) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < timeline.size(); ++i)
        if (test(timeline[i]) && (!found || timeline[i].at > timeline[*found].at)) found = i;
    return found;
}

template <class Test>
std::optional<std::size_t> earliest(std::span<const timeline_event> timeline, Test test) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < timeline.size(); ++i)
        if (test(timeline[i]) && (!found || timeline[i].at < timeline[*found].at)) found = i;
    return found;
}

/// Adds `missing` when it is not in the timeline and another event proves it.
template <class Proves>
void expect(std::span<const timeline_event> timeline, std::string_view missing, Proves proves,
            std::vector<gap>& gaps) {
    if (earliest(timeline, [&](const timeline_event& c) { return c.type == missing; })) return;
    if (const auto proof = earliest(timeline, proves))
        gaps.push_back({missing, *proof, {}, timeline[*proof].at});
}

/// An event that does not say which action it is of may be of any.
bool may_be_of(const timeline_event& c, const std::string& action) {
    return c.object_id == action || !c.object_id.starts_with("act_");
}

void expect_opened(std::span<const timeline_event> timeline, std::vector<gap>& gaps) {
    std::vector<std::string> known;
    for (const auto& each : timeline) {
        if (!implies_opened(each.type)) continue;
        const auto& action = each.object_id;
        if (std::find(known.begin(), known.end(), action) != known.end()) continue;
        known.push_back(action);
        const bool named = action.starts_with("act_");
        const auto is_opening = [&](const timeline_event& c) {
            return c.type == opened && (!named || may_be_of(c, action));
        };
        if (earliest(timeline, is_opening)) continue;
        const auto proof = earliest(timeline, [&](const timeline_event& c) {
            return implies_opened(c.type) && c.object_id == action;
        });
        gaps.push_back({opened, *proof, named ? action : std::string(), timeline[*proof].at});
    }
}

constexpr std::string_view lifecycle = "transaction.lifecycle.";

const timeline_event* latest_stage(std::span<const timeline_event> timeline) {
    const timeline_event* latest = nullptr;
    for (const auto& each : timeline)
        if (each.type.starts_with(lifecycle) && (latest == nullptr || each.at >= latest->at)) latest = &each;
    return latest;
}

bool has_ended(std::span<const timeline_event> timeline) {
    return std::ranges::any_of(timeline, [](const timeline_event& each) { return is_end(each.type); });
}

/// Those whose latest event is their opening.
std::vector<std::string> open_actions(std::span<const timeline_event> timeline) {
    std::map<std::string, const timeline_event*> latest;
    for (const auto& each : timeline) {
        if (each.object_id.empty()) continue;
        if (each.type != opened && each.type != closed && each.type != stalled) continue;
        auto& last = latest[each.object_id];
        if (last == nullptr || each.at >= last->at) last = &each;
    }
    std::vector<std::string> open;
    for (const auto& [action, last] : latest)
        if (last->type == opened) open.push_back(action);
    return open;
}

} // namespace

std::vector<gap> find_gaps(std::span<const timeline_event> timeline) {
    std::vector<gap> gaps;
    const auto after_start = [](const timeline_event& c) { return is_end(c.type) || c.type == paused; };
    expect(
        timeline, created, [&](const timeline_event& c) { return after_start(c) || c.type == started; },
        gaps);
    expect(timeline, started, after_start, gaps);
    expect_opened(timeline, gaps);
    return gaps;
}

std::optional<std::size_t> started_without_end(std::span<const timeline_event> timeline) {
    if (has_ended(timeline)) return std::nullopt;
    const auto start = latest(timeline, [](const timeline_event& c) { return c.type == started; });
    const auto pause = latest(timeline, [](const timeline_event& c) { return c.type == paused; });
    if (start && pause && timeline[*pause].at >= timeline[*start].at) return std::nullopt;
    return start;
}

std::optional<gap> missing_end(std::span<const timeline_event> timeline, std::size_t start,
                               std::chrono::minutes duration, timestamp now) {
    const auto end = timeline[start].at + duration;
    if (duration <= std::chrono::minutes(0) || end >= now) return std::nullopt;
    return gap{expired, start, {}, end};
}

std::span<const std::string_view> evidence_types() noexcept {
    return std::span(types).first(evident);
}

std::span<const std::string_view> timeline_types() noexcept {
    return types;
}

transaction_dates read_dates(const document& body) {
    transaction_dates dates;
    const auto* payload = json::member(body.root(), "payload");
    const auto* transaction = payload ? json::member(*payload, "object") : nullptr;
    if (!transaction) return dates;
    if (const auto* at = json::member(*transaction, "created_at")) dates.created = json::instant(*at);
    constexpr std::int64_t longest = std::int64_t{100} * 366 * 24 * 60;
    if (const auto* length = json::member(*transaction, "duration"); length && length->IsInt64())
        if (const auto minutes = length->GetInt64(); minutes > 0 && minutes <= longest)
            dates.duration = std::chrono::minutes(minutes);
    return dates;
}

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
        next.push_back({started, {}, std::nullopt});
        return next;
    }
    if (stage == nullptr && open.empty()) return next;
    std::optional<timestamp> by;
    if (is_at("started") && duration) by = stage->at + *duration;
    if (by && *by < now) return next;
    for (auto& action : open)
        next.push_back({closed, std::move(action), std::nullopt});
    next.push_back({completed, {}, by});
    return next;
}

} // namespace webhookd::event
