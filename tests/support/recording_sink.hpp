#pragma once

#include "support/scripted_server.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>

namespace webhookd::test {

/// Tells bodies apart that are too many to be kept.
[[nodiscard]] inline std::size_t hash_of(std::string_view body) {
    return std::hash<std::string_view>{}(body);
}

/// What a receiver knows of an event, in ticks of its own: one for each first arrival and each first success.
struct sighting {
    std::size_t first_arrival = 0;
    std::optional<std::size_t> first_success;
    std::chrono::steady_clock::time_point succeeded{}; ///< the first time
    std::size_t arrivals = 0;
    std::size_t successes = 0;
    std::size_t body = 0; ///< its hash
};
using sightings = std::unordered_map<std::string, sighting>; ///< by webhook-id

/// A receiver that takes its time, now and then fails, and remembers what it saw. Closed, as it is at first,
/// it refuses everything.
class recording_sink {
public:
    explicit recording_sink(std::uint32_t seed);

    void open();
    [[nodiscard]] std::string url() const { return server_.url("/hook"); }
    [[nodiscard]] std::size_t requests() const { return requests_; }
    /// Events that have been taken at least once.
    [[nodiscard]] std::size_t succeeded() const { return succeeded_; }
    /// A copy, at this moment.
    [[nodiscard]] sightings seen() const;
    [[nodiscard]] std::size_t changed() const; ///< repeats with another body

private:
    scripted_reply answer(const scripted_request& request);
    std::size_t up_to(std::size_t most);

    mutable std::mutex mutex_;
    std::mt19937 random_;
    bool open_ = false;
    std::size_t ticks_ = 0;
    std::size_t changed_ = 0;
    sightings seen_;
    std::atomic<std::size_t> requests_ = 0;
    std::atomic<std::size_t> succeeded_ = 0;
    scripted_server server_; // last: it calls answer()
};

} // namespace webhookd::test
