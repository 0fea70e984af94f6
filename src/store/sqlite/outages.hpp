#pragma once

#include <webhookd/store/outage.hpp>

#include "store/sqlite/connection.hpp"

#include <vector>

namespace webhookd::store::sqlite {

/// As event_store::record_life, within a transaction of the caller's.
result<void> keep_life_sign(connection& db, const life_sign& sign);

/// As event_store::outages, on a reader's connection.
result<std::vector<outage>> find_outages(connection& db, const outage_search& wanted);

} // namespace webhookd::store::sqlite
