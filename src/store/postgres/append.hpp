#pragma once

#include <webhookd/store/event_log.hpp>

#include "store/postgres/session.hpp"

#include <span>
#include <vector>

namespace webhookd::store::postgres {

struct append_answer {
    std::vector<append_outcome> outcomes;
    event_offset last_offset = 0;
    std::int64_t planned = 0; ///< deliveries
};

/// Keeps a batch in one transaction and one round trip. What it promises is documented in event_log.
[[nodiscard]] result<append_answer> append_events(connection& db, const session& self,
                                                  std::span<const new_event> batch);

} // namespace webhookd::store::postgres
