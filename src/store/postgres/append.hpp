#pragma once

#include <webhookd/store/event_log.hpp>

#include "store/postgres/session.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {

struct append_answer {
    std::span<const new_event> batch; ///< as its source gave it last
    std::vector<append_outcome> outcomes = {};
    event_offset last_offset = 0;
    std::int64_t planned = 0; ///< deliveries
};

/// The keys, as they were fetched, whose origin is known to be kept for an endpoint: no batch says it again.
using known_origins = std::set<std::pair<std::shared_ptr<const key_text>, std::string>>;

/// Keeps batches, as event_log documents it: each in one transaction, and in one round trip while no other
/// daemon appends. All daemons append one after another, so where others did within the last second, each
/// batch first waits for its turn, and then takes along what came meanwhile: few large transactions are worth
/// one round trip more. One thread.
class appender {
public:
    /// `last`: the newest offset of all.
    explicit appender(event_offset last)
        : last_(last) {}

    result<append_answer> append(connection& db, const session& self, const batch_source& source);

private:
    known_origins known_origins_; ///< few
    event_offset last_;           ///< of what this daemon has appended
    /// When others were last seen to have appended since.
    std::optional<std::chrono::steady_clock::time_point> others_appended_;
};

} // namespace webhookd::store::postgres
