#include "support/cluster_proof.hpp"
#include "support/crash_seed.hpp"
#include "support/long_run.hpp"
#include "support/patroni_cluster.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

using namespace webhookd::test;

namespace {

constexpr std::size_t failovers_in_ci = 1;
constexpr std::size_t failovers_in_the_long_run = 10;
constexpr std::size_t most_around_a_failover = 400; ///< requests to the receiver before it, and after it

/// Back and forth between the two.
bool failover_goes_well(cluster_proof& proof, patroni_cluster& database,
                        std::chrono::duration<double>& longest) {
    proof.begin();
    if (!proof.go_on(most_around_a_failover)) return proof.settle();
    const auto begun = std::chrono::steady_clock::now();
    database.fail_over();
    longest = std::max<std::chrono::duration<double>>(longest, std::chrono::steady_clock::now() - begun);
    static_cast<void>(proof.go_on(most_around_a_failover)); // what was wrong, `settle` tells
    const bool well = proof.settle();
    database.heal();
    return well;
}

} // namespace

TEST_CASE("a failover to a synchronous standby loses nothing and keeps the order", "[cluster][long]") {
    const auto missing = patroni_cluster::missing() + cluster_proof::missing();
    if (!missing.empty()) {
        WARN("this test is skipped: " << missing);
        return;
    }
    const auto seed = crash_seed();
    WARN("WEBHOOKD_CRASH_SEED=" << seed);
    const auto failovers = is_long_run() ? failovers_in_the_long_run : failovers_in_ci;
    patroni_cluster database;
    cluster_proof proof{database.url(), seed};

    bool well = true;
    std::chrono::duration<double> longest{0};
    std::size_t done = 0;
    for (; done < failovers && well; ++done)
        well = failover_goes_well(proof, database, longest);
    well = well && proof.is_kept([&](const std::string& sql) { return database.query(sql); });
    const auto harm = fmt::format("  {:<52}{:>10}\n  {:<52}{:>8.1f} s\n", "failovers", done,
                                  "longest until the standby had taken over", longest.count());
    std::puts(
        proof.report("three daemons on PostgreSQL under Patroni, with a synchronous standby", harm).c_str());
    CHECK(proof.what_is_wrong() == "");
    CHECK(well);
}
