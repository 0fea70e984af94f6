#pragma once

#include <webhookd/error.hpp>
#include <webhookd/ingest/key_ring.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::telemetry {

/// By endpoint; nullopt where signatures are disabled.
using key_sets = std::map<std::string, std::optional<ingest::key_ring::status>>;

/// The inputs of readiness, at one moment.
struct readiness_snapshot {
    bool stopping = false;
    bool store_healthy = true;
    std::optional<failure> store_trouble;            ///< why it is not
    std::string_view store_engine = "sqlite";        ///< its name
    std::string store_warning = {};                  ///< see event_log::risk
    bool shares_name = false;                        ///< see instances::shares_name
    bool queue_full = false;                         ///< every webhook is refused: too many deliveries wait
    std::optional<std::chrono::seconds> clock_doubt; ///< how far it is ahead; nullopt: it is believed
    telemetry::key_sets key_sets;
    std::vector<std::string> silent_threads; ///< that must make progress, and do not
};

struct readiness {
    bool ready = false; ///< events can be accepted
    /// Says what is in the way: the store, a full queue, an endpoint without keys, a thread that stands
    /// still, a shutdown. A clock in doubt, a store at risk and another instance of the same name are
    /// reported, and do not make it unready.
    std::string json;
};

[[nodiscard]] readiness judge_readiness(const readiness_snapshot& from);

} // namespace webhookd::telemetry
