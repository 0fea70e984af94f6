#include <webhookd/event/event_type.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/parameters.hpp"

#include <algorithm>
#include <array>

namespace webhookd::admin {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

struct named_interval {
    std::string_view name;
    seconds length;
};
constexpr std::array<named_interval, 7> interval_choices{
    {{"1m", 1min}, {"5m", 5min}, {"15m", 15min}, {"1h", 1h}, {"6h", 6h}, {"1d", 24h}, {"7d", 7 * 24h}}};
constexpr std::int64_t most_intervals = 1000;
/// Where the caller does not choose.
constexpr std::int64_t usual_intervals = 100;
constexpr seconds usual_length = 1h;

/// The last that is not after `at`. Weeks begin on Monday, all else at midnight, in UTC.
timestamp start_of_interval(timestamp at, seconds length) {
    const timestamp monday{std::chrono::sys_days{std::chrono::January / 5 / 1970}};
    const timestamp::duration whole{length};
    const auto rest = (at - monday) % whole;
    return at - (rest.count() < 0 ? rest + whole : rest);
}

/// The period that a call asks about, its ends included.
struct asked_period {
    std::optional<timestamp> first;
    timestamp last;

    [[nodiscard]] std::int64_t intervals(seconds length) const {
        if (!first) return usual_intervals;
        if (*first > last) return 0;
        return (start_of_interval(last, length) - start_of_interval(*first, length)) / length + 1;
    }
};

/// The shortest that makes a picture of the period, where the caller does not choose.
seconds choose_length(const asked_period& period) {
    if (!period.first) return usual_length;
    const auto found = std::ranges::find_if(interval_choices, [&](const named_interval& each) {
        return period.intervals(each.length) <= usual_intervals;
    });
    return found == interval_choices.end() ? interval_choices.back().length : found->length;
}

result<seconds> read_length(const query& q, const asked_period& period) {
    const auto name = q.text("interval");
    if (name.empty()) return choose_length(period);
    const auto found = std::ranges::find(interval_choices, name, &named_interval::name);
    if (found == interval_choices.end())
        return failure{errc::argument_invalid, "'interval' is 1m, 5m, 15m, 1h, 6h, 1d or 7d"};
    return found->length;
}

result<store::histogram_search> read_search(const call& c) {
    auto filter = read_filter(c.parameters, c.from.events);
    if (!filter) return filter.error();
    constexpr timestamp::duration instant{1};
    asked_period period{std::nullopt, filter->before ? *filter->before - instant : c.from.clock.now()};
    if (filter->after) period.first = *filter->after + instant;
    const auto length = read_length(c.parameters, period);
    if (!length) return length.error();
    const auto intervals = period.intervals(*length);
    if (intervals > most_intervals)
        return failure{errc::argument_invalid, "'interval' divides this period into " +
                                                   std::to_string(intervals) + " intervals, and at most " +
                                                   std::to_string(most_intervals) +
                                                   " are counted: take a longer one, or a shorter period"};
    store::histogram_search wanted;
    wanted.filter = std::move(*filter);
    wanted.interval = *length;
    wanted.intervals = static_cast<std::size_t>(intervals);
    wanted.begin =
        start_of_interval(period.last, *length) - std::max<std::int64_t>(intervals - 1, 0) * *length;
    return wanted;
}

/// The types of a resource, added up.
struct series {
    std::string_view key;
    std::vector<std::int64_t> counts;
};

/// Of each group of the catalogue, and of what belongs to none.
std::vector<series> by_group(const std::vector<store::type_histogram>& types, std::size_t intervals) {
    std::vector<series> all;
    using enum event::group;
    for (const auto each : {transaction, action, registration, identity_validation, apikey})
        all.push_back({to_string(each), {}});
    all.push_back({"other", {}});
    for (auto& each : all)
        each.counts.resize(intervals);
    for (const auto& type : types) {
        const auto resource = std::string_view{type.type}.substr(0, type.type.find('.'));
        const auto last = all.end() - 1;
        auto& counts = std::ranges::find(all.begin(), last, resource, &series::key)->counts;
        std::ranges::transform(counts, type.counts, counts.begin(), std::plus{});
    }
    return all;
}

void write(json_response& json, const series& s) {
    std::int64_t events = 0;
    for (const auto count : s.counts)
        events += count;
    json.begin_object();
    json.text("key", s.key);
    json.number("events", events);
    json.key("counts");
    json.begin_array();
    for (const auto count : s.counts)
        json.number(count);
    json.end_array();
    json.end_object();
}

} // namespace

outcome show_histogram(const call& c) {
    const auto wanted = read_search(c);
    if (!wanted) return wanted.error();
    const auto types = c.from.events.histogram(*wanted);
    if (!types) return types.error();
    json_response json;
    json.begin_object();
    json.text("object", "histogram");
    json.number("interval_seconds", wanted->interval.count());
    json.key("starts");
    json.begin_array();
    for (std::size_t i = 0; i < wanted->intervals; ++i)
        json.text(to_rfc3339(wanted->begin + static_cast<std::int64_t>(i) * wanted->interval));
    json.end_array();
    json.key("series");
    json.begin_array();
    for (const auto& each : by_group(*types, wanted->intervals))
        write(json, each);
    json.end_array();
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
