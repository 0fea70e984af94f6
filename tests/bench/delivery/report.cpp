#include "bench/delivery/report.hpp"

#include "bench/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace webhookd::bench {

namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

double per_second(const pace& p) {
    return p.per_second;
}
double cpu(const pace& p) {
    return p.cpu_per_thousand;
}
double p50(const acknowledgements& a) {
    return std::chrono::duration<double, std::milli>(a.load.latency.quantile(0.5)).count();
}
double p99(const acknowledgements& a) {
    return std::chrono::duration<double, std::milli>(a.load.latency.quantile(0.99)).count();
}
double slowest(const acknowledgements& a) {
    return std::chrono::duration<double, std::milli>(a.load.latency.max()).count();
}
double seconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double>(d).count();
}

template <class Run, class Figure>
std::vector<double> each(const std::vector<Run>& runs, Figure figure) {
    std::vector<double> values;
    for (const auto& run : runs)
        values.push_back(figure(run));
    return values;
}

std::vector<double> ratios(const std::vector<double>& ours, const std::vector<double>& theirs) {
    std::vector<double> values;
    for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
        if (theirs[i] > 0) values.push_back(ours[i] / theirs[i]);
    return values;
}

std::vector<double> ratios(const pace_rounds& rounds) {
    return ratios(each(rounds.ours, per_second), each(rounds.bare, per_second));
}

std::vector<double> tail_ratios(const delivery_measurements& all) {
    return ratios(each(all.hanging, p99), each(all.healthy, p99));
}

double worst(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

std::string spread(const char* name, const std::vector<double>& values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return fmt::format("{:<20}{:>10.2f}  ({:.2f} to {:.2f})\n", name, median(values), *least, *most);
}

std::string table(const char* name, const char* bare, const pace_rounds& rounds) {
    if (rounds.ours.empty()) return {};
    std::string text = fmt::format("\n{:<20}{:>10}{:>14}\n", name, "per s", "CPU s/1000");
    for (const auto& [who, runs] : {std::pair{"daemon", &rounds.ours}, std::pair{bare, &rounds.bare}})
        text += fmt::format("{:<20}{:>10.0f}{:>14.3f}\n", who, median(each(*runs, per_second)),
                            median(each(*runs, cpu)));
    if (const auto values = ratios(rounds); !values.empty())
        text += spread(fmt::format("daemon/{}", bare).c_str(), values);
    return text;
}

std::string acknowledgement_table(const delivery_measurements& all) {
    if (all.healthy.empty()) return {};
    std::string text = fmt::format("\n{:<20}{:>10}{:>10}{:>10}\n", fmt::format("{:.0f} webhooks/s", all.rate),
                                   "p50 ms", "p99 ms", "max ms");
    for (const auto& [who, runs] :
         {std::pair{"healthy sink", &all.healthy}, std::pair{"hanging, backlog", &all.hanging}})
        text += fmt::format("{:<20}{:>10.2f}{:>10.2f}{:>10.2f}\n", who, median(each(*runs, p50)),
                            median(each(*runs, p99)), worst(each(*runs, slowest)));
    if (const auto values = tail_ratios(all); !values.empty()) text += spread("hanging/healthy", values);
    return text;
}

std::string memory_line(const memory_use& m) {
    return fmt::format("\n{} deliveries wait: filled in {:.1f} s ({:.0f} MiB), ready {:.2f} s after the "
                       "start, {:.1f} MiB resident at most\n",
                       m.waiting, seconds(m.fill), static_cast<double>(m.store_bytes) / mebibyte,
                       seconds(m.start), static_cast<double>(m.peak_rss_bytes) / mebibyte);
}

} // namespace

std::vector<verdict> judge(const delivery_measurements& all) {
    std::vector<verdict> verdicts;
    const auto at_least = [&](const char* goal, const std::vector<double>& values, double least) {
        if (values.empty()) return;
        const auto ratio = median(values);
        verdicts.push_back({goal, fmt::format("{:.2f}", ratio), ratio >= least});
    };
    at_least("forwards at least 0.5 of a bare libcurl loop", ratios(all.forward), 0.5);
    at_least("runs programs at least 0.7 as fast as a bare loop", ratios(all.shell), 0.7);
    if (all.memory) {
        const auto most = static_cast<double>(all.memory->peak_rss_bytes) / mebibyte;
        verdicts.push_back({fmt::format("less than 128 MiB resident while {} wait", all.memory->waiting),
                            fmt::format("{:.1f} MiB", most), most < 128});
    }
    if (const auto values = tail_ratios(all); !values.empty()) {
        const auto ratio = median(values);
        verdicts.push_back(
            {fmt::format("p99 with a hanging sink and {} waiting at most 1.5 of a healthy one's",
                         all.backlog),
             fmt::format("{:.2f}", ratio), ratio <= 1.5});
    }
    return verdicts;
}

std::vector<std::string> invalid_runs(const delivery_measurements& all) {
    std::vector<std::string> lines;
    const auto add = [&](const char* name, const auto& runs) {
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (!runs[i].problem.empty())
                lines.push_back(fmt::format("{}, round {}: {}", name, i + 1, runs[i].problem));
    };
    add("forward", all.forward.ours);
    add("bare curl", all.forward.bare);
    add("shell", all.shell.ours);
    add("bare spawn", all.shell.bare);
    add("healthy sink", all.healthy);
    add("hanging sink", all.hanging);
    if (all.memory && !all.memory->problem.empty()) lines.push_back("memory: " + all.memory->problem);
    return lines;
}

std::string to_text(const delivery_measurements& all, const options& opts) {
    std::string text = fmt::format("delivery: {} forwarded ({} at once), {} programs ({} at once), median of "
                                   "{} rounds\n",
                                   opts.deliveries, forward_concurrency, opts.deliveries / 10,
                                   shell_concurrency, opts.rounds);
    text += table("forward", "bare curl", all.forward);
    text += table("shell", "bare spawn", all.shell);
    text += acknowledgement_table(all);
    if (all.memory) text += memory_line(*all.memory);
    return text + '\n' + verdict_lines(judge(all), invalid_runs(all));
}

std::string to_json(const delivery_measurements& all) {
    rapidjson::StringBuffer buffer;
    json_writer writer(buffer);
    writer.SetMaxDecimalPlaces(4);
    const auto number = [&](const char* key, double value) {
        writer.Key(key);
        writer.Double(value);
    };
    writer.StartObject();
    write_numbers(writer, "forward_per_second", each(all.forward.ours, per_second));
    write_numbers(writer, "bare_curl_per_second", each(all.forward.bare, per_second));
    write_numbers(writer, "forward_cpu_seconds_per_1000", each(all.forward.ours, cpu));
    write_numbers(writer, "bare_curl_cpu_seconds_per_1000", each(all.forward.bare, cpu));
    write_numbers(writer, "shell_per_second", each(all.shell.ours, per_second));
    write_numbers(writer, "bare_spawn_per_second", each(all.shell.bare, per_second));
    number("acknowledgement_rate", all.rate);
    number("acknowledgement_backlog", static_cast<double>(all.backlog));
    write_numbers(writer, "healthy_sink_p99_ms", each(all.healthy, p99));
    write_numbers(writer, "hanging_sink_p99_ms", each(all.hanging, p99));
    if (all.memory) {
        number("waiting", static_cast<double>(all.memory->waiting));
        number("fill_seconds", seconds(all.memory->fill));
        number("start_seconds", seconds(all.memory->start));
        number("store_mib", static_cast<double>(all.memory->store_bytes) / mebibyte);
        number("peak_rss_mib", static_cast<double>(all.memory->peak_rss_bytes) / mebibyte);
    }
    write_verdicts(writer, judge(all), invalid_runs(all));
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

} // namespace webhookd::bench
