#include "bench/measurement.hpp"
#include "bench/options.hpp"
#include "bench/report.hpp"
#include "bench/server_under_test.hpp"
#include "support/corpus.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace webhookd;

int run(const bench::options& opts) {
    if (opts.only.contains("daemon") && bench::store_is_in_memory()) {
        std::fputs(
            "webhookd_bench: the build directory is in memory, where fsync costs nothing: build on a disk\n",
            stderr);
        return 2;
    }
    std::fprintf(stderr, "corpus of %zu events with RSA-%d (made once, then cached)\n", opts.events,
                 opts.bits);
    const auto corpus = test::cached_corpus(WEBHOOKD_TEST_BUILD_DIR "/corpus", opts.events, opts.bits);
    if (!corpus) {
        std::fprintf(stderr, "webhookd_bench: %s\n", to_string(corpus.error()).c_str());
        return 2;
    }
    const auto all = bench::measure_all(*corpus, opts);
    std::fputs((opts.json ? bench::to_json(all, opts) : bench::to_text(all, opts)).c_str(), stdout);
    if (!bench::invalid_runs(all).empty()) return 1;
    const auto verdicts = bench::judge(all);
    const bool met = std::all_of(verdicts.begin(), verdicts.end(), [](const auto& v) { return v.met; });
    return opts.check && !met ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures universign-webhookd beside what a Beast server can do at most, on this machine");
    bench::options opts;
    std::vector<std::string> only;
    app.add_option("--events", opts.events, "webhooks in a run, a tenth of them to warm up")
        ->check(CLI::Range(100, 1000000));
    app.add_option("--connections", opts.connections, "kept-alive connections")->check(CLI::Range(1, 1000));
    app.add_option("--rounds", opts.rounds, "of the closed loop; 0: none")->check(CLI::Range(0, 100));
    app.add_option("--rate", opts.rate, "requests a second of the open loop; 0: half of the daemon's maximum")
        ->check(CLI::Range(0.0, 1e6));
    app.add_option("--threads", opts.threads, "event loops of every server; 0: one for each core");
    app.add_option("--bits", opts.bits, "of the RSA key; Universign's has 4096")
        ->check(CLI::IsMember({2048, 4096}));
    app.add_option("--only", only, "measure just these")
        ->check(CLI::IsMember({"plain", "verify", "daemon"}))
        ->delimiter(',');
    app.add_flag("--json", opts.json, "print JSON");
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
