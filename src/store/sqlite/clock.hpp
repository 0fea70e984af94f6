#pragma once

#include <webhookd/store/clock_belief.hpp>
#include <webhookd/store/purge.hpp>

#include "store/sqlite/connection.hpp"

#include <optional>

namespace webhookd::store::sqlite {

// As event_store promises.
[[nodiscard]] result<std::optional<clock_state>> find_known_clock(connection& db);
/// Within a transaction.
[[nodiscard]] result<void> keep_clock(connection& db, const clock_state& state,
                                      const std::optional<arrival_bound>& bound);

} // namespace webhookd::store::sqlite
