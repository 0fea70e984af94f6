#pragma once

#include <webhookd/store/delivery.hpp>
#include <webhookd/store/purge.hpp>

#include "store/sqlite/connection.hpp"

#include <optional>
#include <span>
#include <vector>

/// Queries about what may be purged and what was erased, on a reader's connection. What the calls promise is
/// documented in retention and event_query.
namespace webhookd::store::sqlite {

/// Whether deliveries still need the event `e`: one of its own waits, or one that has failed blocks others of
/// its ordering key. (`state <> 1` is there for the index over ordering keys.)
inline constexpr const char* held_event =
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq AND (d.state = 0 OR (d.state = 2 AND "
    "d.blocks = 1 AND EXISTS (SELECT 1 FROM deliveries w WHERE w.handler = d.handler AND w.chain = d.chain "
    "AND w.state <> 1 AND w.state = 0))))";

/// Scans in the order of arrival, which the instants of arrival follow closely, and ends at the first that is
/// too young: no index over them is needed.
result<purge_candidates> find_purgeable(connection& db, const purge_search& wanted);

result<std::optional<erasure>> find_erasure(connection& db, event_offset offset);

result<payload_counts> weigh(connection& db, std::span<const event_offset> events);
[[nodiscard]] result<std::vector<delivery_id>> deliveries_of(connection& db,
                                                             std::span<const event_offset> events);

} // namespace webhookd::store::sqlite
