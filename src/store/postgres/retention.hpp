#pragma once

#include <webhookd/store/purge.hpp>

#include "store/postgres/session.hpp"

#include <optional>
#include <span>
#include <string_view>

/// Removes events or parts of them. What the calls promise is documented in retention and event_query.
namespace webhookd::store::postgres {

[[nodiscard]] result<purge_candidates> find_purgeable(connection& db, const purge_search& wanted);
[[nodiscard]] result<purge_outcome> purge_events(connection& db, std::span<const event_offset> events,
                                                 purge_scope scope, std::size_t max_bytes);
/// Deliveries that have failed with it are in `deliveries`.
[[nodiscard]] result<erase_outcome> erase_events(connection& db, const session& self,
                                                 std::span<const event_offset> events,
                                                 const erasure& tombstone, std::string_view reason,
                                                 std::size_t max_bytes);
[[nodiscard]] result<std::optional<erasure>> find_erasure(connection& db, event_offset offset);
[[nodiscard]] result<payload_counts> count_payloads(connection& db, std::span<const event_offset> events);
[[nodiscard]] result<std::size_t> count_held_claims(connection& db, std::span<const event_offset> events);

} // namespace webhookd::store::postgres
