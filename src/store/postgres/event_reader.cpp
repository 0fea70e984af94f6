#include "store/postgres/event_reader.hpp"

#include "store/event_row.hpp"
#include "store/postgres/bounded.hpp"
#include "store/postgres/event_columns.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace webhookd::store::postgres {
namespace {

constexpr std::size_t read_at_once = 256; ///< events in one round trip

// Bodies are measured without reading them, and those that do not fit are not sent.
std::string read_after_sql(projection of) {
    const std::string size = of == projection::full ? "coalesce(octet_length(p.body), 0)" : "0";
    return "WITH fitting AS MATERIALIZED (SELECT s.seq FROM (SELECT e.seq, row_number() OVER w AS place, "
           "sum(" +
           size +
           ") OVER w AS size FROM (SELECT seq FROM events WHERE seq > $1::bigint ORDER BY seq LIMIT "
           "$2::bigint) "
           "e LEFT JOIN payloads p ON p.seq = e.seq WINDOW w AS (ORDER BY e.seq)) s "
           "WHERE (s.place = 1 AND $4::boolean) OR s.size <= $3::bigint) SELECT " +
           event_columns(of) + " FROM fitting f JOIN events e ON e.seq = f.seq" + event_joins(of) +
           " ORDER BY e.seq";
}

const statement& read_after_statement(projection of) {
    static const std::string whole = read_after_sql(projection::full);
    static const std::string envelopes = read_after_sql(projection::envelope_only);
    static const statement read_whole{whole.c_str(), "read events"};
    static const statement read_envelopes{envelopes.c_str(), "read envelopes"};
    return of == projection::full ? read_whole : read_envelopes;
}

constexpr statement find_key{
    "SELECT k.jwk, o.source, o.fetched FROM events e LEFT JOIN payloads p ON p.seq = e.seq "
    "LEFT JOIN keys k ON k.id = p.key LEFT JOIN key_origins o ON o.key = k.id "
    "AND o.endpoint = e.endpoint AND o.fetched <= e.received WHERE e.seq = $1::bigint",
    "read a key"};

constexpr statement list_types{"SELECT name, events FROM event_types ORDER BY name", "list event types"};

constexpr statement add_up{
    "SELECT sum(visas)::bigint, sum(seals)::bigint, sum(reviews)::bigint, sum(level_0)::bigint, "
    "sum(level_1)::bigint, sum(level_2)::bigint, sum(level_3)::bigint, sum(level_4)::bigint FROM consumption "
    "WHERE at > $1::bigint AND at < $2::bigint AND ($3::text IS NULL OR endpoint = $3::text) "
    "AND ($4::text IS NULL OR (SELECT api_key FROM events e WHERE e.seq = consumption.seq) = $4::text)",
    "add the consumption up"};

} // namespace

// One round trip after the other, so that no more is sent than fits; each sees whole batches only.
result<std::vector<stored_event>> read_events_after(connection& db, event_offset offset, std::size_t limit,
                                                    std::size_t max_bytes, projection of) {
    std::vector<stored_event> events;
    std::size_t room = max_bytes;
    while (events.size() < limit) {
        const auto some = std::min(limit - events.size(), read_at_once);
        const auto most = static_cast<std::int64_t>(
            std::min<std::uint64_t>(room, std::numeric_limits<std::int64_t>::max()));
        const auto read =
            db.run_one(read_after_statement(of),
                       parameters{offset, static_cast<std::int64_t>(some), most, events.empty()});
        if (!read) return read.error();
        for (const auto row : *read) {
            events.push_back(read_event(row, of));
            room -= std::min(room, events.back().body.size());
        }
        if (static_cast<std::size_t>(read->size()) < some) break;
        offset = events.back().offset;
    }
    return events;
}

result<stored_event> find_event(connection& db, std::string_view endpoint, std::string_view event_id) {
    static const std::string sql = "SELECT " + event_columns(projection::full) + " FROM events e" +
                                   event_joins(projection::full) +
                                   " WHERE e.event_id = $2::text AND e.endpoint = $1::text";
    static const statement find_one{sql.c_str(), "read an event"};
    const auto found = db.run_one(find_one, parameters{endpoint, event_id});
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "no such event"};
    return read_event(found->at(0), projection::full);
}

result<kept_key> find_verification_key(connection& db, event_offset offset) {
    const auto found = db.run_one(find_key, parameters{offset});
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "no such event"};
    return read_kept_key(found->at(0));
}

result<std::vector<type_count>> list_event_types(connection& db) {
    const auto found = db.run_one(list_types);
    if (!found) return found.error();
    std::vector<type_count> types;
    for (const auto row : *found)
        types.push_back({row.text(0), row.integer(1)});
    return types;
}

result<event::consumption> sum_consumption(connection& db, const consumption_window& window) {
    const auto after = window.after ? microseconds(*window.after) : std::numeric_limits<std::int64_t>::min();
    const auto before =
        window.before ? microseconds(*window.before) : std::numeric_limits<std::int64_t>::max();
    const auto sums = run_bounded(
        db, add_up, parameters{after, before, unless_empty(window.endpoint), unless_empty(window.api_key)},
        window.timeout);
    if (!sums) return sums.error();
    return read_consumption(sums->at(0));
}

} // namespace webhookd::store::postgres
