#pragma once

#include "bench/options.hpp"
#include "support/corpus.hpp"
#include "support/load_generator.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace webhookd::bench {

/// The daemon while its sink hangs and `waiting` deliveries wait.
struct memory_use {
    std::size_t waiting = 0;
    std::chrono::nanoseconds fill{};  ///< how long it took to make the store
    std::uint64_t store_bytes = 0;    ///< of the database file
    std::chrono::nanoseconds start{}; ///< from its launch until it was ready
    std::uint64_t peak_rss_bytes = 0; ///< with some webhooks taken and some questions answered meanwhile
    std::string problem; ///< why it counts for nothing; empty: all were waiting, before and after
};
[[nodiscard]] memory_use measure_memory(std::size_t waiting);

/// Acknowledgements at a steady rate.
struct acknowledgements {
    test::load_result load;
    std::string problem; ///< why it counts for nothing; empty: all were accepted and kept, and their
                         ///< deliveries made or still waiting, as the sink let them
};

/// On a fresh store, everything delivered to a counting sink at once.
[[nodiscard]] acknowledgements with_healthy_sink(const test::corpus& corpus,
                                                 std::span<const std::string> requests, double rate,
                                                 std::size_t connections);
/// On a copy of `database`, in which `waiting` deliveries wait for a sink that hangs.
[[nodiscard]] acknowledgements with_hanging_sink(const test::corpus& corpus,
                                                 std::span<const std::string> requests, double rate,
                                                 std::size_t connections,
                                                 const std::filesystem::path& database, std::size_t waiting);

} // namespace webhookd::bench
