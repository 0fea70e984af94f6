#include "bench/cluster/report.hpp"

#include "bench/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace webhookd::bench {

namespace {

constexpr std::array cluster_servers = {on_sqlite, on_postgres, two_daemons, three_daemons, by_pgbench};

const std::vector<cluster_run>& rounds_of(const cluster_measurements& all, const std::string& what) {
    static const std::vector<cluster_run> none;
    const auto found = all.rounds.find(what);
    return found == all.rounds.end() ? none : found->second;
}

std::vector<double> figures(const std::vector<cluster_run>& rounds, double cluster_run::*figure) {
    std::vector<double> values;
    for (const auto& each : rounds)
        values.push_back(each.*figure);
    return values;
}

/// Each within its own round.
std::vector<double> ratios(const cluster_measurements& all, const std::string& of, const std::string& to) {
    std::vector<double> values;
    const auto& above = rounds_of(all, of);
    const auto& below = rounds_of(all, to);
    for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i)
        if (below[i].per_second > 0) values.push_back(above[i].per_second / below[i].per_second);
    return values;
}

void judge_ratio(std::vector<verdict>& verdicts, const char* goal, const std::vector<double>& values,
                 double least) {
    if (values.empty()) return;
    const auto ratio = median(values);
    verdicts.push_back({goal, fmt::format("{:.2f}", ratio), ratio >= least});
}

std::string ratio_row(const cluster_measurements& all, const std::string& of, const std::string& to) {
    const auto values = ratios(all, of, to);
    if (values.empty()) return {};
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return fmt::format("{:<26}{:>8.2f}  ({:.2f} to {:.2f})\n", of + " / " + to, median(values), *least,
                       *most);
}

} // namespace

std::vector<verdict> judge(const cluster_measurements& all) {
    std::vector<verdict> verdicts;
    judge_ratio(verdicts, "acknowledges on PostgreSQL at 0.5 of what pgbench inserts, or more",
                ratios(all, on_postgres, by_pgbench), 0.5);
    judge_ratio(verdicts, "two daemons on the same two cores at 0.9 of one, or more",
                ratios(all, two_daemons, on_postgres), 0.9);
    if (all.by_size.size() > 1 && all.by_size.front().run.cpu_per_thousand > 0) {
        const auto& smallest = all.by_size.front();
        const auto& largest = all.by_size.back();
        const auto ratio = largest.run.cpu_per_thousand / smallest.run.cpu_per_thousand;
        verdicts.push_back({fmt::format("an event costs with {} kept at most 1.5 of what it costs with {}",
                                        largest.kept, smallest.kept),
                            fmt::format("{:.2f}", ratio), ratio <= 1.5});
    }
    return verdicts;
}

std::vector<std::string> invalid_runs(const cluster_measurements& all) {
    std::vector<std::string> lines;
    for (const auto& [what, rounds] : all.rounds)
        for (std::size_t i = 0; i < rounds.size(); ++i)
            if (!rounds[i].problem.empty())
                lines.push_back(fmt::format("{}, round {}: {}", what, i + 1, rounds[i].problem));
    for (const auto& each : all.by_size)
        if (!each.run.problem.empty())
            lines.push_back(fmt::format("with {} kept: {}", each.kept, each.run.problem));
    return lines;
}

std::string to_text(const cluster_measurements& all, const options& opts) {
    std::string text =
        fmt::format("cluster: {} webhooks, {} bytes of body and signature on average, RSA-{}, {} "
                    "connections, two cores for all, median of {} rounds\n",
                    opts.events, all.bytes, opts.bits, opts.connections, opts.rounds);
    if (!all.same_disk) text += "PostgreSQL's files are on another file system than SQLite's\n";
    if (!all.rounds.empty()) text += fmt::format("\n{:<26}{:>8}{:>14}\n", "", "1/s", "CPU s/1000");
    for (const std::string what : cluster_servers) {
        const auto& rounds = rounds_of(all, what);
        if (rounds.empty()) continue;
        text +=
            fmt::format("{:<26}{:>8.0f}{:>14.3f}\n", what, median(figures(rounds, &cluster_run::per_second)),
                        median(figures(rounds, &cluster_run::cpu_per_thousand)));
    }
    for (const auto& [of, to] : {std::pair{on_postgres, by_pgbench}, std::pair{on_postgres, on_sqlite},
                                 std::pair{two_daemons, on_postgres}, std::pair{three_daemons, on_postgres}})
        text += ratio_row(all, of, to);
    if (!all.by_size.empty())
        text += fmt::format("\n{:<26}{:>8}{:>14}\n", "events kept before", "1/s", "CPU s/1000");
    for (const auto& each : all.by_size)
        text += fmt::format("{:<26}{:>8.0f}{:>14.3f}\n", each.kept, each.run.per_second,
                            each.run.cpu_per_thousand);
    return text + '\n' + verdict_lines(judge(all), invalid_runs(all));
}

std::string to_json(const cluster_measurements& all) {
    rapidjson::StringBuffer buffer;
    json_writer writer(buffer);
    writer.SetMaxDecimalPlaces(4);
    writer.StartObject();
    writer.Key("bytes");
    writer.Uint64(all.bytes);
    writer.Key("same_disk");
    writer.Bool(all.same_disk);
    writer.Key("rounds");
    writer.StartObject();
    for (const auto& [what, rounds] : all.rounds) {
        writer.Key(what);
        writer.StartObject();
        write_numbers(writer, "per_second", figures(rounds, &cluster_run::per_second));
        write_numbers(writer, "cpu_seconds_per_1000", figures(rounds, &cluster_run::cpu_per_thousand));
        writer.EndObject();
    }
    writer.EndObject();
    writer.Key("by_size");
    writer.StartArray();
    for (const auto& each : all.by_size) {
        writer.StartObject();
        writer.Key("kept");
        writer.Uint64(each.kept);
        writer.Key("per_second");
        writer.Double(each.run.per_second);
        writer.Key("cpu_seconds_per_1000");
        writer.Double(each.run.cpu_per_thousand);
        writer.EndObject();
    }
    writer.EndArray();
    write_verdicts(writer, judge(all), invalid_runs(all));
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

} // namespace webhookd::bench
