#include "bench/events/charts.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <array>
#include <functional>
#include <random>
#include <string>

namespace webhookd::bench {

namespace {

using namespace std::chrono;
using clock = steady_clock;

/// As the page and the command draw them.
struct chart_kind {
    const char* interval;
    hours longest; ///< period
};
constexpr std::array<chart_kind, 6> chart_kinds{{{"1m", 16h},
                                                 {"15m", 24h * 10},
                                                 {"1h", 24h * 40},
                                                 {"6h", 24h * 240},
                                                 {"1d", 24h * 720},
                                                 {"7d", 24h * 720}}};

/// Draws periods, always the same ones.
class period_drawer {
public:
    period_drawer(const archive& a, hours longest)
        : archive_(a)
        , longest_(longest) {}

    std::pair<timestamp, timestamp> draw() {
        const auto length = minutes(1 + below(static_cast<std::size_t>(minutes(longest_).count())));
        const auto room = floor<minutes>(archive_.end() - archive_.begin()) - length;
        const auto from = archive_.begin() + minutes(below(static_cast<std::size_t>(room.count())));
        return {from, from + length};
    }

private:
    std::int64_t below(std::size_t bound) {
        return static_cast<std::int64_t>(std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_));
    }

    const archive& archive_;
    hours longest_;
    std::mt19937_64 random_{20260301};
};

std::int64_t sum(const rapidjson::Value& list, const char* member) {
    std::int64_t all = 0;
    for (const auto& each : list.GetArray())
        all += each[member].GetInt64();
    return all;
}

/// What `judge` says is wrong about an answer; asked again and again.
page_times ask(test::http_connection& connection, const std::string& kind, std::size_t count,
               const std::function<std::pair<std::string, std::int64_t>()>& next, const char* list,
               const char* member) {
    page_times times;
    times.filter = kind;
    for (std::size_t i = 0; i < count; ++i) {
        const auto [target, expected] = next();
        const auto start = clock::now();
        const auto answer = connection.get(target);
        times.latency.record(clock::now() - start);
        rapidjson::Document told;
        told.Parse(answer.body.data(), answer.body.size());
        const bool right = answer.status == 200 && told.IsObject() && sum(told[list], member) == expected;
        if (!right && times.problem.empty())
            times.problem = fmt::format("{}: {} events expected: {} {}", target, expected, answer.status,
                                        answer.body.substr(0, 200));
    }
    return times;
}

} // namespace

std::vector<page_times> ask_charts(test::daemon_fixture& daemon, const archive& a, std::size_t count) {
    test::http_connection connection(daemon.admin_port());
    std::vector<page_times> all;
    for (const auto& kind : chart_kinds) {
        period_drawer periods(a, kind.longest);
        const auto next = [&] {
            const auto [after, before] = periods.draw();
            return std::pair(fmt::format("/v1/events/histogram?interval={}&created_gt={}&created_lt={}",
                                         kind.interval, to_rfc3339(after), to_rfc3339(before)),
                             static_cast<std::int64_t>(a.count(after, before)));
        };
        all.push_back(
            ask(connection, std::string("histogram ") + kind.interval, count, next, "series", "events"));
    }
    const auto failures = [&] {
        return std::pair(std::string("/v1/deliveries/groups?limit=500"),
                         static_cast<std::int64_t>(a.failures()));
    };
    all.push_back(ask(connection, "failures", count, failures, "data", "deliveries"));
    return all;
}

} // namespace webhookd::bench
