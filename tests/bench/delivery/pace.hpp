#pragma once

#include <cstddef>
#include <string>

namespace webhookd::bench {

/// How fast one run delivered.
struct pace {
    double per_second = 0;
    double cpu_per_thousand = 0; ///< seconds, of the process that delivers and its ended children
    std::string problem;         ///< why it counts for nothing; empty: everything was delivered, once
};

inline constexpr std::size_t forward_concurrency = 16;
inline constexpr std::size_t shell_concurrency = 2;

/// The daemon finds `count` due deliveries in its store and forwards them to a counting sink. Measured from
/// the first attempt till the last outcome is on disk.
[[nodiscard]] pace daemon_forwards(std::size_t count);
/// The bare loop posts the same to the same kind of sink.
[[nodiscard]] pace bare_forwards(std::size_t count);

/// The daemon finds `count` due deliveries and runs /bin/true for each; measured in the same way.
[[nodiscard]] pace daemon_runs(std::size_t count);
[[nodiscard]] pace bare_runs(std::size_t count);

} // namespace webhookd::bench
