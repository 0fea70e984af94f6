#include "bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace webhookd::bench {

namespace {

constexpr double mebibyte = 1024.0 * 1024.0;
constexpr std::array servers = {"plain", "verify", "daemon"};

double milliseconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

template <class Figure>
double median_of(const std::vector<measurement>& rounds, Figure figure) {
    std::vector<double> values;
    for (const auto& m : rounds)
        values.push_back(figure(m));
    return median(values);
}

double throughput(const measurement& m) {
    return m.load.throughput();
}
double p50(const measurement& m) {
    return milliseconds(m.load.latency.quantile(0.5));
}
double p90(const measurement& m) {
    return milliseconds(m.load.latency.quantile(0.9));
}
double p99(const measurement& m) {
    return milliseconds(m.load.latency.quantile(0.99));
}
double p999(const measurement& m) {
    return milliseconds(m.load.latency.quantile(0.999));
}
double slowest(const measurement& m) {
    return milliseconds(m.load.latency.max());
}
double cpu(const measurement& m) {
    return m.cpu_per_thousand;
}
double rss(const measurement& m) {
    return static_cast<double>(m.peak_rss_bytes) / mebibyte;
}

const std::vector<measurement>& rounds_of(const measurements& all, const std::string& server) {
    static const std::vector<measurement> none;
    const auto found = all.closed.find(server);
    return found == all.closed.end() ? none : found->second;
}

/// Of the rounds' throughputs, each compared within its own round.
std::vector<double> ratios(const measurements& all, const std::string& to) {
    std::vector<double> values;
    const auto& ours = rounds_of(all, "daemon");
    const auto& theirs = rounds_of(all, to);
    for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
        if (throughput(theirs[i]) > 0) values.push_back(throughput(ours[i]) / throughput(theirs[i]));
    }
    return values;
}

double largest_rss(const measurements& all) {
    double most = 0;
    for (const auto& m : rounds_of(all, "daemon"))
        most = std::max(most, rss(m));
    if (const auto open = all.open.find("daemon"); open != all.open.end())
        most = std::max(most, rss(open->second));
    return most;
}

} // namespace

std::vector<verdict> judge(const measurements& all) {
    std::vector<verdict> verdicts;
    if (const auto to_verify = ratios(all, "verify"); !to_verify.empty()) {
        const double ratio = median(to_verify);
        verdicts.push_back({"throughput at least 0.6 of verify", fmt::format("{:.2f}", ratio), ratio >= 0.6});
    }
    if (const auto open = all.open.find("daemon"); open != all.open.end()) {
        const double tail = p99(open->second);
        verdicts.push_back({fmt::format("p99 below 10 ms at {:.0f} req/s", all.open_rate),
                            fmt::format("{:.2f} ms", tail), tail < 10});
    }
    if (const double most = largest_rss(all); most > 0) {
        verdicts.push_back(
            {"less than 64 MiB resident throughout", fmt::format("{:.1f} MiB", most), most < 64});
    }
    return verdicts;
}

std::vector<std::string> invalid_runs(const measurements& all) {
    std::vector<std::string> lines;
    for (const auto& [server, rounds] : all.closed) {
        for (std::size_t i = 0; i < rounds.size(); ++i) {
            if (!rounds[i].problem.empty())
                lines.push_back(fmt::format("{}, round {}: {}", server, i + 1, rounds[i].problem));
        }
    }
    for (const auto& [server, m] : all.open) {
        if (!m.problem.empty()) lines.push_back(fmt::format("{}, open loop: {}", server, m.problem));
    }
    return lines;
}

std::string verdict_lines(const std::vector<verdict>& verdicts, const std::vector<std::string>& invalid) {
    std::string text;
    for (const auto& v : verdicts)
        text += fmt::format("{}  {}: {}\n", v.met ? "met   " : "MISSED", v.goal, v.measured);
    for (const auto& line : invalid)
        text += "INVALID " + line + "\n";
    return text;
}

void write_numbers(json_writer& writer, const char* key, const std::vector<double>& values) {
    writer.Key(key);
    writer.StartArray();
    for (const double value : values)
        writer.Double(value);
    writer.EndArray();
}

void write_verdicts(json_writer& writer, const std::vector<verdict>& verdicts,
                    const std::vector<std::string>& invalid) {
    writer.Key("goals");
    writer.StartArray();
    for (const auto& v : verdicts) {
        writer.StartObject();
        writer.Key("goal");
        writer.String(v.goal);
        writer.Key("measured");
        writer.String(v.measured);
        writer.Key("met");
        writer.Bool(v.met);
        writer.EndObject();
    }
    writer.EndArray();
    writer.Key("invalid");
    writer.StartArray();
    for (const auto& line : invalid)
        writer.String(line);
    writer.EndArray();
}

std::string to_text(const measurements& all, const options& opts) {
    std::string text = fmt::format(
        "{} webhooks of {} bytes on average, RSA-{}, {} connections, median of {} rounds\n", opts.events,
        all.corpus_bytes / std::max<std::size_t>(opts.events, 1), opts.bits, opts.connections, opts.rounds);
    if (all.disk.count() > 0) {
        text += fmt::format("this disk makes 64 KiB durable in {:.2f} ms (p50), {:.2f} ms (p99)\n",
                            milliseconds(all.disk.quantile(0.5)), milliseconds(all.disk.quantile(0.99)));
    }
    if (!all.closed.empty()) {
        text += fmt::format("\n{:<14}{:>10}{:>10}{:>10}{:>14}{:>12}\n", "closed loop", "req/s", "p50 ms",
                            "p99 ms", "CPU s/1000", "RSS MiB");
    }
    for (const std::string server : servers) {
        const auto& rounds = rounds_of(all, server);
        if (rounds.empty()) continue;
        text += fmt::format("{:<14}{:>10.0f}{:>10.2f}{:>10.2f}{:>14.3f}{:>12.1f}\n", server,
                            median_of(rounds, throughput), median_of(rounds, p50), median_of(rounds, p99),
                            median_of(rounds, cpu), median_of(rounds, rss));
    }
    for (const std::string other : {"verify", "plain"}) {
        const auto values = ratios(all, other);
        if (values.empty()) continue;
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        text += fmt::format("{:<14}{:>10.2f}  ({:.2f} to {:.2f})\n", "daemon/" + other, median(values),
                            *least, *most);
    }
    if (!all.open.empty()) {
        text += fmt::format("\n{:<14}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}\n", "open loop", "req/s",
                            "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "RSS MiB");
        for (const auto& [server, m] : all.open) {
            text += fmt::format("{:<14}{:>10.0f}{:>10.2f}{:>10.2f}{:>10.2f}{:>10.2f}{:>10.2f}{:>12.1f}\n",
                                server, throughput(m), p50(m), p90(m), p99(m), p999(m), slowest(m), rss(m));
        }
    }
    return text + '\n' + verdict_lines(judge(all), invalid_runs(all));
}

std::string to_json(const measurements& all, const options& opts) {
    rapidjson::StringBuffer buffer;
    json_writer writer(buffer);
    writer.SetMaxDecimalPlaces(4);
    const auto number = [&](const char* key, double value) {
        writer.Key(key);
        writer.Double(value);
    };
    const auto run = [&](const measurement& m) {
        writer.StartObject();
        number("requests_per_second", throughput(m));
        number("p50_ms", p50(m));
        number("p90_ms", p90(m));
        number("p99_ms", p99(m));
        number("p99_9_ms", p999(m));
        number("max_ms", slowest(m));
        number("cpu_seconds_per_1000", cpu(m));
        number("peak_rss_mib", rss(m));
        writer.Key("accepted");
        writer.Uint64(m.load.accepted);
        writer.Key("problem");
        writer.String(m.problem);
        writer.EndObject();
    };
    writer.StartObject();
    writer.Key("events");
    writer.Uint64(opts.events);
    writer.Key("connections");
    writer.Uint64(opts.connections);
    writer.Key("rsa_bits");
    writer.Int(opts.bits);
    number("disk_p50_ms", milliseconds(all.disk.quantile(0.5)));
    number("disk_p99_ms", milliseconds(all.disk.quantile(0.99)));
    writer.Key("closed_loop");
    writer.StartObject();
    for (const auto& [server, rounds] : all.closed) {
        writer.Key(server);
        writer.StartArray();
        for (const auto& m : rounds)
            run(m);
        writer.EndArray();
    }
    writer.EndObject();
    number("open_loop_rate", all.open_rate);
    writer.Key("open_loop");
    writer.StartObject();
    for (const auto& [server, m] : all.open) {
        writer.Key(server);
        run(m);
    }
    writer.EndObject();
    write_verdicts(writer, judge(all), invalid_runs(all));
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

} // namespace webhookd::bench
