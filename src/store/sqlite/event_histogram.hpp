#pragma once

#include <webhookd/store/event_search.hpp>

#include "store/sqlite/connection.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

namespace webhookd::store::sqlite {

inline constexpr std::int64_t hour_microseconds = 3'600'000'000;
inline constexpr std::int64_t day_microseconds = 24 * hour_microseconds;

/// The last multiple of `unit` that is not after the instant; instants before 1970 are negative.
[[nodiscard]] constexpr std::int64_t floor_to(std::int64_t instant, std::int64_t unit) noexcept {
    const auto rest = instant % unit;
    return instant - (rest < 0 ? rest + unit : rest);
}

/// Keeps counted how many events there are by hours and days, endpoint and type (the table `event_counts`),
/// on the writer's connection and within its transactions. One thread at a time.
class event_counter {
public:
    static result<event_counter> open(connection& db);

    /// Notes that an event came, or where `by` is negative, that it goes.
    void note(std::int64_t at, std::int64_t endpoint, std::int64_t type, std::int64_t by) {
        noted_[{floor_to(at, hour_microseconds), endpoint, type}] += by;
    }
    /// Writes what was noted since the last call.
    result<void> write();
    /// Of a transaction that was rolled back.
    void forget() noexcept { noted_.clear(); }

private:
    struct key {
        std::int64_t start;
        std::int64_t endpoint;
        std::int64_t type;
        friend auto operator<=>(const key&, const key&) = default;
    };
    result<void> add(std::int64_t span, const key& where, std::int64_t by);

    statement add_;
    statement remove_empty_;
    std::map<key, std::int64_t> noted_; ///< by hour
};

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
