#include "bench/cluster/report.hpp"
#include "bench/delivery/report.hpp"
#include "bench/events/report.hpp"
#include "bench/measurement.hpp"
#include "bench/options.hpp"
#include "bench/report.hpp"
#include "bench/server_under_test.hpp"
#include "support/corpus.hpp"
#include "support/paths.hpp"
#include "support/postgres_programs.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace webhookd;

/// 0, or 1 where the figures count for nothing or, if that is asked for, miss a goal.
int exit_code(const std::vector<bench::verdict>& verdicts, bool valid, const bench::options& opts) {
    const bool met = std::all_of(verdicts.begin(), verdicts.end(), [](const auto& v) { return v.met; });
    return !valid || (opts.check && !met) ? 1 : 0;
}

int run_ingest(const bench::options& opts) {
    std::fprintf(stderr, "corpus of %zu events with RSA-%d (made once, then cached)\n", opts.events,
                 opts.bits);
    const auto corpus = test::cached_corpus(test::build_folder() + "/corpus", opts.events, opts.bits);
    if (!corpus) {
        std::fprintf(stderr, "webhookd_bench: %s\n", to_string(corpus.error()).c_str());
        return 2;
    }
    const auto all = bench::measure_all(*corpus, opts);
    std::fputs((opts.json ? bench::to_json(all, opts) : bench::to_text(all, opts)).c_str(), stdout);
    return exit_code(bench::judge(all), bench::invalid_runs(all).empty(), opts);
}

int run_delivery(const bench::options& opts) {
    const auto all = bench::measure_delivery(opts);
    std::fputs((opts.json ? bench::to_json(all) : bench::to_text(all, opts)).c_str(), stdout);
    return exit_code(bench::judge(all), bench::invalid_runs(all).empty(), opts);
}

int run_events(const bench::options& opts) {
    const auto all = bench::measure_events(opts);
    std::fputs((opts.json ? bench::to_json(all) : bench::to_text(all, opts)).c_str(), stdout);
    return exit_code(bench::judge(all), bench::invalid_runs(all).empty(), opts);
}

int run_cluster(const bench::options& opts) {
    if (const auto& missing = test::postgres_missing(); !missing.empty()) {
        std::fprintf(stderr, "the part cluster is skipped: %s\n", missing.c_str());
        return opts.part == "cluster" ? 2 : 0;
    }
    const auto all = bench::measure_cluster(opts);
    std::fputs((opts.json ? bench::to_json(all) : bench::to_text(all, opts)).c_str(), stdout);
    return exit_code(bench::judge(all), bench::invalid_runs(all).empty(), opts);
}

bench::options with_connections(bench::options opts, std::size_t unless_given) {
    if (opts.connections == 0) opts.connections = unless_given;
    return opts;
}

int run(const bench::options& opts) {
    const bool writes = opts.part != "ingest" || opts.only.contains("daemon");
    if (writes && bench::store_is_in_memory()) {
        std::fputs(
            "webhookd_bench: the build directory is in memory, where fsync costs nothing: build on a disk\n",
            stderr);
        return 2;
    }
    int code = 0;
    // The last keeps to two cores from then on.
    struct part {
        const char* name;
        int (*run)(const bench::options&);
        std::size_t connections = 64;
    };
    for (const auto& each : {part{"ingest", run_ingest}, part{"delivery", run_delivery},
                             part{"events", run_events}, part{"cluster", run_cluster, 128}}) {
        if (opts.part == "all" || opts.part == each.name)
            code = std::max(code, each.run(with_connections(opts, each.connections)));
        std::fflush(stdout);
    }
    return code;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures universign-webhookd beside what a Beast server can do at most, on this machine");
    bench::options opts;
    std::vector<std::string> only;
    app.add_option("--part", opts.part, "ingest, delivery, events, cluster or all")
        ->check(CLI::IsMember({"ingest", "delivery", "events", "cluster", "all"}));
    app.add_option("--stored", opts.stored, "events in the store that is searched and exported")
        ->check(CLI::Range(1000, 100000000));
    app.add_option("--kept", opts.kept,
                   "events in the shared database, up to which the cost of one more is measured; 0: not")
        ->check(CLI::Range(0, 100000000));
    app.add_option("--deliveries", opts.deliveries, "forwarded in a round; a tenth as many programs; 0: none")
        ->check(CLI::Range(0, 10000000));
    app.add_option(
           "--waiting", opts.waiting,
           "deliveries that wait while memory is measured; a tenth as many beside a hanging sink; 0: none")
        ->check(CLI::Range(0, 100000000));
    app.add_option("--events", opts.events, "webhooks in a run, a tenth of them to warm up")
        ->check(CLI::Range(100, 1000000));
    app.add_option("--connections", opts.connections,
                   "kept-alive ones of all servers together; 64, or 128 in the part cluster")
        ->check(CLI::Range(1, 1000));
    app.add_option("--rounds", opts.rounds, "of everything that is compared; 0: none")
        ->check(CLI::Range(0, 100));
    app.add_option(
           "--rate", opts.rate,
           "requests a second of the open loop; 0: half of the daemon's maximum, and 500 beside sinks")
        ->check(CLI::Range(0.0, 1e6));
    app.add_option("--threads", opts.threads,
                   "event loops of every server of the ingest part; 0: one for each core");
    app.add_option("--bits", opts.bits, "of the RSA key; Universign's has 4096")
        ->check(CLI::IsMember({2048, 4096}));
    app.add_option("--only", only, "measure just these of the ingest part")
        ->check(CLI::IsMember({"plain", "verify", "daemon"}))
        ->delimiter(',');
    app.add_flag("--json", opts.json, "print JSON, one document for each part");
    app.add_flag("--check", opts.check, "exit with 1 when a goal is missed");
    CLI11_PARSE(app, argc, argv);
    if (!only.empty()) opts.only = {only.begin(), only.end()};
    try {
        return run(opts);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "webhookd_bench: %s\n", e.what());
        return 2;
    }
}
