#include "bench/events/report.hpp"

#include "bench/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace webhookd::bench {

namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

double milliseconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

double p99(const page_times& p) {
    return milliseconds(p.latency.quantile(0.99));
}

std::string latency_head(const char* of) {
    return fmt::format("\n{:<20}{:>10}{:>10}{:>10}\n", of, "p50 ms", "p99 ms", "max ms");
}

std::string latency_row(const std::string& name, const test::histogram& latency) {
    return fmt::format("{:<20}{:>10.2f}{:>10.2f}{:>10.2f}\n", name, milliseconds(latency.quantile(0.5)),
                       milliseconds(latency.quantile(0.99)), milliseconds(latency.max()));
}

const page_times* slowest_of(const std::vector<page_times>& all) {
    const auto found = std::max_element(all.begin(), all.end(),
                                        [](const auto& a, const auto& b) { return p99(a) < p99(b); });
    return found == all.end() ? nullptr : &*found;
}

std::vector<double> ratios(const beside_export& runs) {
    std::vector<double> values;
    for (std::size_t i = 0; i < std::min(runs.alone.size(), runs.beside.size()); ++i)
        if (runs.alone[i] > 0) values.push_back(runs.beside[i] / runs.alone[i]);
    return values;
}

} // namespace

std::vector<verdict> judge(const event_measurements& all) {
    std::vector<verdict> verdicts;
    if (const auto* slowest = slowest_of(all.pages))
        verdicts.push_back({fmt::format("a page of {} events by any filter within 20 ms at p99", all.events),
                            fmt::format("{:.2f} ms ({})", p99(*slowest), slowest->filter),
                            p99(*slowest) <= 20});
    if (const auto* slowest = slowest_of(all.charts))
        verdicts.push_back({"histograms and failures by cause within 100 ms at p99",
                            fmt::format("{:.2f} ms ({})", p99(*slowest), slowest->filter),
                            p99(*slowest) <= 100});
    const auto report = milliseconds(all.report.slowest);
    verdicts.push_back(
        {"the report of a month within 1 s", fmt::format("{:.1f} ms", report), report <= 1000});
    verdicts.push_back({"CSV at 100000 rows a second or more", fmt::format("{:.0f}", all.csv.rows_per_second),
                        all.csv.rows_per_second >= 100'000});
    const auto grown = static_cast<double>(all.csv.grown_bytes) / mebibyte;
    verdicts.push_back({fmt::format("less than 32 MiB more resident for {} rows", all.csv.rows),
                        fmt::format("{:.1f} MiB", grown), grown < 32});
    if (const auto values = ratios(all.acknowledgements); !values.empty()) {
        const auto ratio = median(values);
        verdicts.push_back({"acknowledges beside an export at 0.8 of the pace without",
                            fmt::format("{:.2f}", ratio), ratio >= 0.8});
    }
    return verdicts;
}

std::vector<std::string> invalid_runs(const event_measurements& all) {
    std::vector<std::string> lines;
    const auto add = [&](const std::string& name, const std::string& problem) {
        if (!problem.empty()) lines.push_back(name + ": " + problem);
    };
    for (const auto& each : all.pages)
        add("pages by " + each.filter, each.problem);
    for (const auto& each : all.charts)
        add(each.filter, each.problem);
    add("report", all.report.problem);
    add("export", all.csv.problem);
    add("acknowledgements", all.acknowledgements.problem);
    add("upkeep", all.upkeep.problem);
    return lines;
}

std::string to_text(const event_measurements& all, const options& opts) {
    std::string text = fmt::format("events: {} stored ({:.0f} MiB)\n", all.events,
                                   static_cast<double>(all.store_bytes) / mebibyte);
    text += latency_head("pages by");
    for (const auto& each : all.pages)
        text += latency_row(each.filter, each.latency);
    text += latency_head("charts");
    for (const auto& each : all.charts)
        text += latency_row(each.filter, each.latency);
    text +=
        fmt::format("\nCSV: {} rows at {:.0f}/s, {:.1f} MiB more resident\nreport of a month: {:.1f} ms\n",
                    all.csv.rows, all.csv.rows_per_second,
                    static_cast<double>(all.csv.grown_bytes) / mebibyte, milliseconds(all.report.slowest));
    const auto& runs = all.acknowledgements;
    if (!runs.alone.empty())
        text +=
            fmt::format("acknowledgements: {:.0f}/s alone, {:.0f}/s beside exports ({:.0f} MiB went out), "
                        "median of {} rounds\n",
                        median(runs.alone), median(runs.beside),
                        static_cast<double>(runs.exported_bytes) / mebibyte, opts.rounds);
    text += latency_head("acknowledging");
    text += latency_row("alone", all.upkeep.alone);
    text += latency_row("beside purges", all.upkeep.purging);
    text += latency_row("beside backups", all.upkeep.backing_up);
    text += fmt::format("{} events were purged and {:.0f} MiB copied meanwhile\n", all.upkeep.purged_events,
                        static_cast<double>(all.upkeep.copied_bytes) / mebibyte);
    return text + '\n' + verdict_lines(judge(all), invalid_runs(all));
}

std::string to_json(const event_measurements& all) {
    rapidjson::StringBuffer buffer;
    json_writer writer(buffer);
    writer.SetMaxDecimalPlaces(4);
    const auto number = [&](const std::string& key, double value) {
        writer.String(key);
        writer.Double(value);
    };
    writer.StartObject();
    number("events", static_cast<double>(all.events));
    number("store_mib", static_cast<double>(all.store_bytes) / mebibyte);
    writer.Key("page_p99_ms");
    writer.StartObject();
    for (const auto& each : all.pages)
        number(each.filter, p99(each));
    writer.EndObject();
    writer.Key("chart_p99_ms");
    writer.StartObject();
    for (const auto& each : all.charts)
        number(each.filter, p99(each));
    writer.EndObject();
    number("report_ms", milliseconds(all.report.slowest));
    number("csv_rows_per_second", all.csv.rows_per_second);
    number("csv_grown_mib", static_cast<double>(all.csv.grown_bytes) / mebibyte);
    write_numbers(writer, "acknowledgements_per_second", all.acknowledgements.alone);
    write_numbers(writer, "acknowledgements_beside_export_per_second", all.acknowledgements.beside);
    writer.Key("acknowledgement_p99_ms");
    writer.StartObject();
    number("alone", milliseconds(all.upkeep.alone.quantile(0.99)));
    number("beside_purges", milliseconds(all.upkeep.purging.quantile(0.99)));
    number("beside_backups", milliseconds(all.upkeep.backing_up.quantile(0.99)));
    writer.EndObject();
    write_verdicts(writer, judge(all), invalid_runs(all));
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

} // namespace webhookd::bench
