#include <webhookd/event/timeline.hpp>

#include "event/json.hpp"

#include <algorithm>
#include <array>

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
    if (earliest(timeline, [](const timeline_event& c) { return is_end(c.type); })) return std::nullopt;
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

} // namespace webhookd::event
