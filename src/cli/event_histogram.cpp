#include <webhookd/exit_code.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

namespace webhookd::cli {
namespace {

constexpr std::size_t widest_bar = 60;

struct histogram_options {
    admin_options admin;
    event_filters filters;
    std::string interval;
    bool json = false;
};

/// Of all resources, in each interval.
std::vector<std::int64_t> add_up(const rapidjson::Value& answer, std::size_t intervals) {
    std::vector<std::int64_t> sums(intervals);
    for (const auto& series : list_of(answer, "series").GetArray()) {
        const auto& counts = list_of(series, "counts");
        for (rapidjson::SizeType i = 0; i < std::min<std::size_t>(counts.Size(), intervals); ++i)
            if (counts[i].IsInt64()) sums[i] += counts[i].GetInt64();
    }
    return sums;
}

/// A line for each interval, then the sums by resource.
void print_chart(const rapidjson::Value& answer) {
    const auto& starts = list_of(answer, "starts");
    const auto sums = add_up(answer, starts.Size());
    const auto largest = sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
    const auto style = style_of(stdout);
    table chart({"begin", "events", ""});
    for (rapidjson::SizeType i = 0; i < starts.Size(); ++i) {
        // The seconds are always 0.
        const std::string start = starts[i].IsString() ? starts[i].GetString() : "-";
        chart.add({start.substr(0, 16) + "Z", std::to_string(sums[i]), bar(sums[i], largest, widest_bar)});
    }
    chart.print(std::cout, style);
    print_heading("BY RESOURCE");
    print_rows(answer, "series", {{"key", "resource"}, "events"});
}

int histogram(const histogram_options& opts) {
    auto path = filtered("/v1/events/histogram", opts.filters);
    add_parameter(path, "interval", opts.interval);
    const auto answer = admin_client(opts.admin).call("GET", path);
    if (!answer) return complain(answer.error());
    if (opts.json)
        print_json(*answer);
    else
        print_chart(*answer);
    return exit_code::ok;
}

} // namespace

void add_event_histogram(CLI::App& events, int& exit_code) {
    auto opts = std::make_shared<histogram_options>();
    auto* command =
        events.add_subcommand("histogram", "How many events the filters choose, as bars over time");
    add_admin_options(*command, opts->admin);
    add_event_filters(*command, opts->filters);
    command
        ->add_option("--interval", opts->interval,
                     "of each bar; where it is left out, one that makes at most 100 bars")
        ->check(CLI::IsMember({"1m", "5m", "15m", "1h", "6h", "1d", "7d"}));
    command->add_flag("--json", opts->json, "print JSON, by resource");
    command->footer("Without --after or --since: the 100 hours up to now. Times are UTC.");
    command->callback([opts, &exit_code] { exit_code = histogram(*opts); });
}

} // namespace webhookd::cli
