#pragma once

#include <webhookd/store/delivery_queue.hpp>

#include "store/postgres/connection.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// Reads deliveries. What the calls promise is documented in delivery_query.
namespace webhookd::store::postgres {

[[nodiscard]] result<std::vector<delivery_record>> list_deliveries(connection& db,
                                                                   const delivery_filter& filter,
                                                                   std::optional<delivery_id> before,
                                                                   std::size_t limit);
[[nodiscard]] result<std::vector<attempt>> list_attempts(connection& db, delivery_id id);
[[nodiscard]] result<std::vector<discard_record>> list_discards(connection& db, delivery_id id);
[[nodiscard]] result<std::vector<delivery_counts>> count_by_event(connection& db,
                                                                  std::span<const event_offset> events);
[[nodiscard]] result<std::vector<failure_group>> read_failure_groups(connection& db, std::string_view handler,
                                                                     std::size_t limit);
[[nodiscard]] result<std::map<std::string, std::int64_t>> count_waiting(connection& db);
[[nodiscard]] result<backlog> read_backlog(connection& db);

} // namespace webhookd::store::postgres
