#pragma once

#include <webhookd/store/event_query.hpp>

#include "store/postgres/connection.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Reads events. What the calls promise is documented in event_log and event_query.
namespace webhookd::store::postgres {

[[nodiscard]] result<std::vector<stored_event>> read_events_after(connection& db, event_offset offset,
                                                                  std::size_t limit, std::size_t max_bytes,
                                                                  projection of);
[[nodiscard]] result<stored_event> find_event(connection& db, std::string_view endpoint,
                                              std::string_view event_id);
[[nodiscard]] result<kept_key> find_verification_key(connection& db, event_offset offset);
[[nodiscard]] result<std::vector<stored_event>> search_events(connection& db, const event_search& wanted);
[[nodiscard]] result<std::int64_t> count_events(connection& db, const event_filter& filter);
[[nodiscard]] result<std::vector<type_histogram>> draw_histogram(connection& db,
                                                                 const histogram_search& wanted);
[[nodiscard]] result<std::vector<type_count>> list_event_types(connection& db);
[[nodiscard]] result<event::consumption> sum_consumption(connection& db, const consumption_window& window);

} // namespace webhookd::store::postgres
