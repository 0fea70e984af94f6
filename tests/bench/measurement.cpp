#include "bench/measurement.hpp"

#include "bench/disk_probe.hpp"
#include "bench/server_under_test.hpp"
#include "support/process_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace webhookd::bench {

namespace {

void note(std::string& problem, const std::string& what) {
    if (problem.empty()) problem = what;
}

void check_load(std::string& problem, const test::load_result& load, std::size_t planned) {
    if (load.flawless(planned)) return;
    note(problem, fmt::format("of {} requests {} were accepted, {} duplicates, {} unanswered; {}", planned,
                              load.accepted, load.duplicate, load.unanswered, load.problem));
}

void tell(const std::string& line) {
    std::fputs((line + "\n").c_str(), stderr);
    std::fflush(stderr);
}

std::string summary(std::string_view server, const measurement& m) {
    return fmt::format("{:8} {:8.0f} req/s{}{}", server, m.load.throughput(),
                       m.problem.empty() ? "" : "  INVALID: ", m.problem);
}

double best_throughput(const measurements& all, const std::string& server) {
    double best = 0;
    if (const auto rounds = all.closed.find(server); rounds != all.closed.end()) {
        for (const auto& m : rounds->second)
            best = std::max(best, m.load.throughput());
    }
    return best;
}

} // namespace

measurement measure(std::string_view server, const test::corpus& corpus,
                    std::span<const std::string> requests, const options& opts, double rate) {
    using namespace std::chrono_literals;
    measurement m;
    const auto running = start_server(server, corpus, opts.threads);
    test::load_plan plan;
    plan.port = running->port();
    plan.connections = opts.connections;
    plan.requests = requests.first(requests.size() / 10);
    const auto warm_up = test::run_load(plan);
    check_load(m.problem, warm_up, plan.requests.size());
    if (!test::wait_until_idle(running->pid(), 30s))
        note(m.problem, "does not come to rest after the warm-up");

    plan.requests = requests.subspan(requests.size() / 10);
    plan.rate = rate;
    // It remembers nothing and would be done before anything could be measured.
    if (server == "plain") plan.repeat = 5;
    const auto planned = plan.requests.size() * plan.repeat;
    const auto before = test::usage_of(running->pid());
    m.load = test::run_load(plan);
    check_load(m.problem, m.load, planned);
    // What a server puts off (handlers, checkpoints) is work for these requests all the same.
    if (!test::wait_until_idle(running->pid(), 60s)) note(m.problem, "does not come to rest after the load");
    const auto after = test::usage_of(running->pid());
    m.cpu_per_thousand = std::chrono::duration<double>(after.cpu - before.cpu).count() * 1000 /
                         static_cast<double>(std::max<std::size_t>(planned, 1));
    m.peak_rss_bytes = after.peak_rss_bytes;
    if (const auto wrong = running->finish(warm_up.accepted + m.load.accepted)) note(m.problem, *wrong);
    return m;
}

measurements measure_all(const test::corpus& corpus, const options& opts) {
    measurements all;
    for (const auto& event : corpus.events)
        all.corpus_bytes += event.body.size();
    const auto requests = test::to_requests(corpus, webhook_path);

    if (opts.only.contains("daemon")) all.disk = probe_disk();
    std::array<std::string, 3> order = {"plain", "verify", "daemon"};
    for (std::size_t round = 1; round <= opts.rounds; ++round) {
        for (const auto& server : order) {
            if (!opts.only.contains(server)) continue;
            all.closed[server].push_back(measure(server, corpus, requests, opts, 0));
            tell(fmt::format("round {}/{}  {}", round, opts.rounds,
                             summary(server, all.closed[server].back())));
        }
        std::rotate(order.begin(), order.begin() + 1, order.end());
    }

    all.open_rate = opts.rate > 0 ? opts.rate : best_throughput(all, "daemon") / 2;
    if (all.open_rate <= 0) return all;
    for (const auto& server : order) {
        if (!opts.only.contains(server) || server == "plain") continue;
        all.open[server] = measure(server, corpus, requests, opts, all.open_rate);
        tell(fmt::format("open loop  {}", summary(server, all.open[server])));
    }
    return all;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace webhookd::bench
