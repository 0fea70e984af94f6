#include <webhookd/event/retry_schedule.hpp>

#include <algorithm>
#include <cstddef>

namespace webhookd::event {
namespace {

/// The retries, as times since the first try.
using retry_times = std::array<std::chrono::minutes, retry_delays.size()>;

constexpr retry_times each_after_the_one_before = [] {
    retry_times times{};
    std::chrono::minutes sum{0};
    for (std::size_t i = 0; i < times.size(); ++i)
        times[i] = sum += retry_delays[i];
    return times;
}();

/// Which of them holds is not known (A); one real late webhook can settle it.
constexpr std::array possible_schedules{retry_delays, each_after_the_one_before};

/// How long after the end of an outage an event of that time waits at most for its next try, unless it has
/// none left. The oldest were tried most often, and the pauses grow.
std::chrono::minutes longest_pause(const retry_times& schedule, timestamp::duration length) {
    std::chrono::minutes pause{0}, before{0};
    for (const auto at : schedule) {
        pause = at - before;
        if (at > length) break;
        before = at;
    }
    return pause;
}

} // namespace

retry_outlook outlook(timestamp first, timestamp now) {
    retry_outlook o{std::nullopt, first + shortest_retry_span, first + retry_span};
    for (const auto& schedule : possible_schedules) {
        const auto next = std::find_if(schedule.begin(), schedule.end(),
                                       [&](std::chrono::minutes at) { return first + at > now; });
        if (next != schedule.end()) o.next = std::max(o.next.value_or(first), first + *next);
    }
    return o;
}

outage_outlook outlook_of_outage(timestamp began, timestamp ended) {
    outage_outlook o{ended, ended + shortest_retry_span, ended + retry_span, std::nullopt, std::nullopt};
    for (const auto& schedule : possible_schedules)
        o.tried_again_by = std::max(o.tried_again_by, ended + longest_pause(schedule, ended - began));
    if (ended - began >= shortest_retry_span) o.in_doubt_before = ended - shortest_retry_span;
    if (ended - began >= retry_span) o.given_up_before = ended - retry_span;
    return o;
}

} // namespace webhookd::event
