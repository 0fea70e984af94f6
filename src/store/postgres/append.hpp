#pragma once

#include <webhookd/store/event_log.hpp>

#include "store/postgres/session.hpp"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {

struct append_answer {
    std::vector<append_outcome> outcomes;
    event_offset last_offset = 0;
    std::int64_t planned = 0; ///< deliveries
};

/// The keys, as they were fetched, whose origin is known to be kept for an endpoint: no batch says it again.
using known_origins = std::set<std::pair<std::shared_ptr<const key_text>, std::string>>;

/// Keeps a batch in one transaction and one round trip. What it promises is documented in event_log. `known`
/// stays small.
[[nodiscard]] result<append_answer> append_events(connection& db, const session& self, known_origins& known,
                                                  std::span<const new_event> batch);

} // namespace webhookd::store::postgres
