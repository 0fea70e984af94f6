#pragma once

#include <webhookd/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Times in which webhooks could not be kept, as the daemon records them of itself.
namespace webhookd::store {

/// Why.
enum class outage_reason {
    stopped, ///< the daemon was ended in good order, and started later
    crashed, ///< it did not end in good order: killed, crashed, or the power failed
    keys,    ///< 503: the endpoint's keys were not available
    queue,   ///< 503: the queue was full
    disk,    ///< 503: the store could not be written
    stopping ///< 503: the daemon was about to end
};

/// What they are called, in the order of outage_reason: in the API, and where an engine keeps them.
inline constexpr std::array<std::string_view, 6> outage_words{"stopped", "died", "keys",
                                                              "queue",   "disk", "stopping"};
[[nodiscard]] constexpr std::string_view to_string(outage_reason reason) {
    return outage_words.at(static_cast<std::size_t>(reason));
}

/// Of one reason, and, where webhooks were answered 503, of one endpoint.
struct outage {
    outage_reason reason = outage_reason::stopped;
    std::string endpoint;     ///< empty: all of them, for nobody listened
    timestamp began;          ///< the last heartbeat, or the first 503
    timestamp ended;          ///< the next start, or the last 503
    std::int64_t refused = 0; ///< 503s; 0 where nobody was there to count
    friend bool operator==(const outage&, const outage&) = default;
};

/// What an instance tells of itself with each heartbeat, for whoever asks any of them.
struct instance_state {
    std::string version = {};               ///< of its program
    std::string fingerprint = {};           ///< of its configuration, see config::fingerprint
    std::int64_t in_flight = 0;             ///< attempts
    std::vector<std::string> handlers = {}; ///< those that it has; what waits for another's is not an orphan
};

/// What the daemon records of itself at intervals.
struct heartbeat {
    timestamp now;
    std::string instance = {}; ///< its name
    bool first = false;        ///< of this run: it listens from now on
    bool last = false;         ///< of this run: it does not listen any more
    /// What was refused. One that has reason, endpoint and beginning of one that is kept replaces it.
    std::span<const outage> refusals = {};
    instance_state state = {};
};

/// Outages that touch a period; those of one endpoint are those of all endpoints too.
struct outage_search {
    std::optional<timestamp> after = {};
    std::optional<timestamp> before = {};
    std::string endpoint = {}; ///< empty: every one
    std::size_t limit = 100;
};

} // namespace webhookd::store
