#pragma once

#include <webhookd/store/event_search.hpp>

#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <vector>

namespace webhookd::store::sqlite {

/// A part of a period, from `begin` until before `end`, and from what its events are counted.
struct counted_part {
    enum class unit { events, hours, days };
    unit from = unit::events;
    std::int64_t begin = 0;
    std::int64_t end = 0;
    friend bool operator==(const counted_part&, const counted_part&) = default;
};

/// Divides a period into whole days, whole hours and the rest, in the order of time, with no unit larger than
/// `largest`: at most five parts.
[[nodiscard]] std::vector<counted_part> divide(std::int64_t begin, std::int64_t end,
                                               counted_part::unit largest);

/// On a reader's connection.
[[nodiscard]] result<std::vector<type_histogram>> draw_histogram(connection& db,
                                                                 const histogram_search& wanted);

} // namespace webhookd::store::sqlite
