#include "bench/events/export.hpp"

#include "bench/events/webhooks.hpp"
#include "support/process_usage.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace webhookd::bench {

namespace {

using clock = std::chrono::steady_clock;

struct reception {
    received* into;
    const std::atomic<bool>* enough;
};

std::size_t take(char* bytes, std::size_t, std::size_t size, void* data) {
    const auto& r = *static_cast<reception*>(data);
    r.into->bytes += size;
    r.into->lines += static_cast<std::uint64_t>(std::count(bytes, bytes + size, '\n'));
    return r.enough && *r.enough ? 0 : size; // 0 ends the transfer
}

/// Lets VmHWM, the most that was ever resident, begin again (proc(5)).
void forget_peak(pid_t pid) {
    std::ofstream("/proc/" + std::to_string(pid) + "/clear_refs") << "5";
}

} // namespace

received receive(std::uint16_t port, const std::string& target, const std::atomic<bool>* enough) {
    received got;
    reception r{&got, enough};
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    curl_easy_setopt(curl.get(), CURLOPT_URL, fmt::format("http://127.0.0.1:{}{}", port, target).c_str());
    curl_easy_setopt(curl.get(), CURLOPT_BUFFERSIZE, 256 * 1024L);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &r);
    const auto ended = curl_easy_perform(curl.get());
    if (ended != CURLE_OK && !(enough && *enough)) got.problem = curl_easy_strerror(ended);
    return got;
}

export_run export_csv(test::daemon_fixture& daemon, const archive& a) {
    const auto after = a.created(a.events() / 2);
    const auto before = a.created(a.events() / 2 + a.events() / 10);
    const auto pid = daemon.running().pid();
    export_run run;
    forget_peak(pid);
    const auto resident = test::usage_of(pid).peak_rss_bytes;
    const auto start = clock::now();
    const auto got = receive(daemon.admin_port(), "/v1/events.csv?created_gt=" + to_rfc3339(after) +
                                                      "&created_lt=" + to_rfc3339(before));
    const std::chrono::duration<double> took = clock::now() - start;
    const auto peak = test::usage_of(pid).peak_rss_bytes;
    run.rows = got.lines - std::min<std::uint64_t>(got.lines, 1); // less the header
    run.rows_per_second = static_cast<double>(run.rows) / took.count();
    run.grown_bytes = peak - std::min(peak, resident);
    run.problem = got.problem;
    // A window's ends are given out in milliseconds, and up to one event stands within each of the two.
    const auto expected = a.count(after, before);
    if (run.problem.empty() && (run.rows + 2 < expected || run.rows > expected + 2))
        run.problem = fmt::format("{} rows came, and {} were to come", run.rows, expected);
    return run;
}

beside_export acknowledge_beside_export(test::daemon_fixture& daemon, std::span<const std::string> requests,
                                        const options& opts) {
    beside_export runs;
    webhooks source(daemon.ingest_port(), requests, 2 * opts.rounds + 1, opts, runs.problem);
    const auto alone = [&] { runs.alone.push_back(source.send().throughput()); };
    const auto export_all = [port = daemon.admin_port()](const auto& enough) {
        const auto got = receive(port, "/v1/events.csv", &enough);
        if (!got.problem.empty()) throw std::runtime_error(got.problem);
        return got.bytes;
    };
    source.send(); // warms up
    for (std::size_t round = 0; round < opts.rounds; ++round) {
        if (round % 2 == 0) alone();
        runs.beside.push_back(source.send_beside("export", export_all, runs.exported_bytes).throughput());
        if (round % 2 != 0) alone();
    }
    return runs;
}

} // namespace webhookd::bench
