#pragma once

#include "bench/options.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace webhookd::bench {

/// What is measured by turns: the product on SQLite, on PostgreSQL with one daemon and with several, and
/// PostgreSQL alone, which inserts the same bytes.
inline constexpr const char* on_sqlite = "sqlite";
inline constexpr const char* on_postgres = "postgres";
inline constexpr const char* two_daemons = "two daemons";
inline constexpr const char* three_daemons = "three daemons";
inline constexpr const char* by_pgbench = "pgbench";

/// A closed loop of acknowledgements, or of pgbench's commits.
struct cluster_run {
    double per_second = 0;
    /// Seconds of the daemons' and PostgreSQL's CPU for 1000 of them; 0 where that was not measured.
    double cpu_per_thousand = 0;
    std::string problem = {}; ///< why it counts for nothing; empty: all was accepted, and kept once
};

/// One daemon's on a database that has kept so many events before.
struct kept_run {
    std::size_t kept = 0;
    cluster_run run = {};
};

struct cluster_measurements {
    std::map<std::string, std::vector<cluster_run>> rounds; ///< by what is measured
    std::vector<kept_run> by_size;                          ///< growing
    std::size_t bytes = 0;                                  ///< of a body and its signature, on average
    bool same_disk = true; ///< PostgreSQL's files are on the file system of SQLite's
};

/// Keeps this process and what it starts from now on to two cores. Tells its progress on standard error.
/// Throws std::runtime_error when something cannot be started or made at all.
[[nodiscard]] cluster_measurements measure_cluster(const options& opts);

} // namespace webhookd::bench
