#pragma once

#include <webhookd/store/event_search.hpp>

#include "store/sqlite/connection.hpp"

#include <vector>

namespace webhookd::store::sqlite {

/// Events by a filter, on a reader's connection. The most selective condition that has an index over time
/// gives the ranges of that index to scan (one range for each type, for instance); each is scanned newest
/// first, the results are merged and cut to the limit, and only the remaining events are read.
result<std::vector<stored_event>> search_events(connection& db, const event_search& wanted);

result<std::int64_t> count_events(connection& db, const event_filter& filter);

result<std::vector<type_count>> list_event_types(connection& db);

result<event::consumption> sum_consumption(connection& db, const consumption_window& window);

} // namespace webhookd::store::sqlite
