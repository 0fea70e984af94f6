#include "bench/cluster/measurement.hpp"

#include "bench/cluster/daemons.hpp"
#include "bench/cluster/database.hpp"
#include "bench/delivery/daemon.hpp"
#include "bench/measurement.hpp"
#include "bench/server_under_test.hpp"
#include "support/paths.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <stdexcept>

namespace webhookd::bench {

namespace {

constexpr std::size_t smallest_size = 10'000;
constexpr int cores = 2;

/// Everything that the runs have in common.
struct world {
    const options& opts;
    const test::corpus& corpus;
    std::span<const std::string> requests;
    test::postgres_server& server;
};

void keep_to_two_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) throw std::runtime_error("sched_getaffinity");
    cpu_set_t chosen;
    CPU_ZERO(&chosen);
    for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&chosen) < cores; ++core)
        if (CPU_ISSET(core, &allowed)) CPU_SET(core, &chosen);
    if (::sched_setaffinity(0, sizeof chosen, &chosen) != 0) throw std::runtime_error("sched_setaffinity");
}

void tell(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

cluster_run run_sqlite(const world& w) {
    const auto m = measure("daemon", w.corpus, w.requests, w.opts, 0);
    return {.per_second = m.load.throughput(), .cpu_per_thousand = m.cpu_per_thousand, .problem = m.problem};
}

cluster_run run_pgbench(const world& w) {
    test::postgres_database database{w.server};
    const auto before = cpu_of(w.server);
    cluster_run run;
    run.per_second = insert_by_pgbench(database, w.corpus, w.requests.size(), w.opts.connections);
    const std::chrono::duration<double> used = cpu_of(w.server) - before;
    run.cpu_per_thousand = used.count() * 1000 / static_cast<double>(w.requests.size());
    return run;
}

/// Warms up with the first tenth of the requests, and measures the others.
cluster_run run_daemons(const world& w, std::size_t count, test::postgres_database& database,
                        std::span<const std::string> requests) {
    const auto kept_before = std::stoull(database.execute("SELECT count(*) FROM universign_webhookd.events"));
    daemons_under_test daemons{count, database.url(), w.corpus, w.opts.threads};
    cluster_run run;
    note(run.problem, daemons.send(requests.first(requests.size() / 10), w.opts.connections).problem);
    if (!daemons.rest()) note(run.problem, "does not come to rest after the warm-up");
    const auto measured = requests.subspan(requests.size() / 10);
    const auto before = daemons.cpu() + cpu_of(w.server);
    const auto sent = daemons.send(measured, w.opts.connections);
    note(run.problem, sent.problem);
    // What is put off is work for these requests all the same.
    if (!daemons.rest()) note(run.problem, "does not come to rest after the load");
    const std::chrono::duration<double> used = daemons.cpu() + cpu_of(w.server) - before;
    run.per_second = sent.per_second;
    run.cpu_per_thousand =
        used.count() * 1000 / static_cast<double>(std::max<std::size_t>(measured.size(), 1));
    note(run.problem, daemons.stop());
    const auto kept = std::stoull(database.execute("SELECT count(*) FROM universign_webhookd.events"));
    if (kept != kept_before + requests.size())
        note(run.problem, fmt::format("{} events are kept of {}", kept - kept_before, requests.size()));
    return run;
}

cluster_run run_postgres(const world& w, std::size_t daemons) {
    test::postgres_database database{w.server};
    return run_daemons(w, daemons, database, w.requests);
}

cluster_run run(const world& w, const std::string& what) {
    if (what == on_sqlite) return run_sqlite(w);
    if (what == by_pgbench) return run_pgbench(w);
    return run_postgres(w, what == on_postgres ? 1 : what == two_daemons ? 2 : 3);
}

/// Ten times as many each time.
std::vector<std::size_t> sizes_up_to(std::size_t most) {
    std::vector<std::size_t> sizes;
    for (auto size = std::min(smallest_size, most); size > 0 && size <= most; size *= 10)
        sizes.push_back(size);
    return sizes;
}

std::vector<kept_run> run_by_size(const world& w) {
    std::vector<kept_run> all;
    const auto sizes = sizes_up_to(w.opts.kept);
    if (sizes.empty()) return all;
    test::postgres_database database{w.server};
    std::size_t archived = 0;
    const auto slice = w.requests.size() / sizes.size();
    for (const auto size : sizes) {
        tell(fmt::format("keeping {} events", size));
        keep_events(database, archived, size);
        archived = size;
        all.push_back({size, run_daemons(w, 1, database, w.requests.subspan(slice * all.size(), slice))});
        const auto& run = all.back().run;
        tell(fmt::format("{} kept  {:.0f}/s{}{}", size, run.per_second,
                         run.problem.empty() ? "" : "  INVALID: ", run.problem));
    }
    return all;
}

} // namespace

cluster_measurements measure_cluster(const options& opts) {
    const auto corpus = test::cached_corpus(test::build_folder() + "/corpus", opts.events, opts.bits);
    if (!corpus) throw std::runtime_error(to_string(corpus.error()));
    keep_to_two_cores();
    const auto requests = test::to_requests(*corpus, webhook_path);
    const auto server = start_database();
    const world w{opts, *corpus, requests, *server};

    cluster_measurements all;
    all.same_disk = is_on_the_same_disk();
    for (const auto& event : corpus->events)
        all.bytes += event.body.size() + event.signature.size();
    all.bytes /= std::max<std::size_t>(corpus->events.size(), 1);
    std::array<std::string, 5> order = {on_sqlite, on_postgres, two_daemons, three_daemons, by_pgbench};
    for (std::size_t round = 1; round <= opts.rounds; ++round) {
        for (const auto& what : order) {
            all.rounds[what].push_back(run(w, what));
            const auto& last = all.rounds[what].back();
            tell(fmt::format("round {}/{}  {:14}{:8.0f}/s{}{}", round, opts.rounds, what, last.per_second,
                             last.problem.empty() ? "" : "  INVALID: ", last.problem));
        }
        std::rotate(order.begin(), order.begin() + 1, order.end());
    }
    all.by_size = run_by_size(w);
    return all;
}

} // namespace webhookd::bench
