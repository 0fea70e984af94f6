#pragma once

#include "bench/options.hpp"
#include "support/corpus.hpp"
#include "support/load_generator.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::bench {

/// One run of one server with one load.
struct measurement {
    test::load_result load;           ///< without the warm-up
    double cpu_per_thousand = 0;      ///< seconds of the server's CPU for 1000 requests, till it came to rest
    std::uint64_t peak_rss_bytes = 0; ///< warm-up included
    std::string problem; ///< why it counts for nothing; empty: every request was accepted, and kept
};

struct measurements {
    test::histogram disk; ///< a plain write and fdatasync; empty where no daemon is measured
    std::map<std::string, std::vector<measurement>> closed; ///< by server, in the order of the rounds
    double open_rate = 0;                    ///< as asked for, or half of what the daemon took at most
    std::map<std::string, measurement> open; ///< at that rate
    std::uint64_t corpus_bytes = 0;          ///< of the bodies
};

/// Starts the server, warms it up with the first tenth of the requests, measures it with the others, and
/// looks whether it did its duty. `rate` as in load_plan.
[[nodiscard]] measurement measure(std::string_view server, const test::corpus& corpus,
                                  std::span<const std::string> requests, const options& opts, double rate);

/// Rounds of the closed loop, the servers by turns so that the machine's moods hit all alike; then the open
/// loop. Tells its progress on standard error.
[[nodiscard]] measurements measure_all(const test::corpus& corpus, const options& opts);

[[nodiscard]] double median(std::vector<double> values);

} // namespace webhookd::bench
