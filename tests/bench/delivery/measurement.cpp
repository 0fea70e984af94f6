#include "bench/delivery/measurement.hpp"

#include "bench/delivery/backlog.hpp"
#include "bench/server_under_test.hpp"
#include "support/paths.hpp"
#include "support/temp_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace webhookd::bench {

namespace {

/// Modest: what a busy account of Universign's may send, and far below what the daemon takes.
constexpr double slow_rate = 500;
constexpr double longest_run_s = 10;

void tell(const std::string& line) {
    std::fputs((line + "\n").c_str(), stderr);
    std::fflush(stderr);
}

std::string invalid(const std::string& problem) {
    return problem.empty() ? "" : "  INVALID: " + problem;
}

using measured = pace (*)(std::size_t);

void add_round(pace_rounds& rounds, const char* name, measured ours, measured bare, std::size_t count,
               std::size_t round) {
    const auto run = [&](std::vector<pace>& into, measured how, const char* who) {
        const auto& p = into.emplace_back(how(count));
        tell(fmt::format("round {}  {:8} {:8} {:8.0f}/s{}", round, name, who, p.per_second,
                         invalid(p.problem)));
    };
    if (round % 2 == 0) run(rounds.bare, bare, "bare");
    run(rounds.ours, ours, "daemon");
    if (round % 2 != 0) run(rounds.bare, bare, "bare");
}

void tell(const char* sink, std::size_t round, const acknowledgements& a) {
    const auto p99 = std::chrono::duration<double, std::milli>(a.load.latency.quantile(0.99));
    tell(fmt::format("round {}  p99 with a {} sink {:8.2f} ms{}", round, sink, p99.count(),
                     invalid(a.problem)));
}

void measure_acknowledgements(delivery_measurements& all, const options& opts) {
    all.backlog = opts.waiting / 10;
    all.rate = opts.rate > 0 ? opts.rate : slow_rate;
    const auto count = std::min(opts.events, static_cast<std::size_t>(all.rate * longest_run_s));
    const auto corpus = test::cached_corpus(test::build_folder() + "/corpus", count, opts.bits);
    if (!corpus) throw std::runtime_error(to_string(corpus.error()));
    const auto requests = test::to_requests(*corpus, webhook_path);
    const test::temp_directory directory;
    const auto database = directory / "filled.db";
    fill_store(database, all.backlog, usual_body());
    for (std::size_t round = 1; round <= opts.rounds; ++round) {
        const auto healthy = [&] {
            all.healthy.push_back(with_healthy_sink(*corpus, requests, all.rate, opts.connections));
            tell("healthy", round, all.healthy.back());
        };
        if (round % 2 != 0) healthy();
        all.hanging.push_back(
            with_hanging_sink(*corpus, requests, all.rate, opts.connections, database, all.backlog));
        tell("hanging", round, all.hanging.back());
        if (round % 2 == 0) healthy();
    }
}

} // namespace

delivery_measurements measure_delivery(const options& opts) {
    delivery_measurements all;
    for (std::size_t round = 1; opts.deliveries > 0 && round <= opts.rounds; ++round) {
        add_round(all.forward, "forward", daemon_forwards, bare_forwards, opts.deliveries, round);
        add_round(all.shell, "shell", daemon_runs, bare_runs, std::max<std::size_t>(opts.deliveries / 10, 1),
                  round);
    }
    if (opts.waiting == 0) return all;
    if (opts.rounds > 0) measure_acknowledgements(all, opts);
    tell(fmt::format("filling a store with {} deliveries", opts.waiting));
    all.memory = measure_memory(opts.waiting);
    return all;
}

} // namespace webhookd::bench
