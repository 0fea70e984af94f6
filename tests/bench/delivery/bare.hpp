#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

/// What delivery is measured against: the same work by the shortest loop that can do it. Nothing is claimed,
/// recorded, retried, limited in time or kept.
namespace webhookd::bench {

struct bare_result {
    std::chrono::nanoseconds duration{};
    std::size_t succeeded = 0; ///< 200, or exit code 0
};

/// Posts the body so often with libcurl's multi interface and as many kept handles as `concurrency` says, all
/// from this thread. Throws std::runtime_error when libcurl cannot be used at all.
[[nodiscard]] bare_result post_bare(const std::string& url, const std::string& body, std::size_t count,
                                    std::size_t concurrency);

/// Runs the program so often with posix_spawn and waits for each, never more than `concurrency` at once. The
/// caller must have no other child in its own process group. Throws std::system_error when it cannot be
/// started.
[[nodiscard]] bare_result spawn_bare(const std::vector<std::string>& argv, std::size_t count,
                                     std::size_t concurrency);

} // namespace webhookd::bench
