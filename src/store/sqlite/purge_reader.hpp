#pragma once

#include <webhookd/store/purge.hpp>

#include "store/sqlite/connection.hpp"

#include <optional>
#include <span>

/// Questions about what may go and what went, on a reader's connection. What the calls promise stands in
/// event_store.
namespace webhookd::store::sqlite {

/// Walks in the order of arrival, which the instants of arrival follow closely, and ends at the first that is
/// too young: no index over them is needed.
result<purge_candidates> find_purgeable(connection& db, const purge_search& wanted);

result<std::optional<erasure>> find_erasure(connection& db, sequence seq);

result<holdings> weigh(connection& db, std::span<const sequence> events);

} // namespace webhookd::store::sqlite
