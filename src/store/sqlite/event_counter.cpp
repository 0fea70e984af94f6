#include "store/sqlite/event_counter.hpp"

namespace webhookd::store::sqlite {

result<event_counter> event_counter::open(connection& db) {
    event_counter c;
    const auto prepared = db.prepare_all({
        {c.add_,
         "INSERT INTO event_counts (span, start, endpoint, type, events) VALUES (?, ?, ?, ?, ?) "
         "ON CONFLICT (span, start, endpoint, type) DO UPDATE SET events = events + excluded.events",
         "count events"},
        {c.remove_empty_,
         "DELETE FROM event_counts WHERE span = ? AND start = ? AND endpoint = ? AND type = ? AND events = 0",
         "count events"},
    });
    if (!prepared) return prepared.error();
    return c;
}

result<void> event_counter::write() {
    std::map<key, std::int64_t> by_day;
    for (const auto& [where, by] : noted_) {
        by_day[{floor_to(where.start, day_microseconds), where.endpoint, where.type}] += by;
        if (auto done = add(1, where, by); !done) return done;
    }
    noted_.clear();
    for (const auto& [where, by] : by_day)
        if (auto done = add(24, where, by); !done) return done;
    return {};
}

result<void> event_counter::add(std::int64_t span, const key& where, std::int64_t by) {
    if (by == 0) return {};
    if (auto done = add_.bind(span, where.start, where.endpoint, where.type, by).run(); !done) return done;
    if (by > 0) return {};
    return remove_empty_.bind(span, where.start, where.endpoint, where.type).run();
}

} // namespace webhookd::store::sqlite
