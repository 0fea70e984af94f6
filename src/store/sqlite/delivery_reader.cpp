#include "store/sqlite/delivery_reader.hpp"

#include "store/sqlite/delivery_query.hpp"
#include "store/sqlite/event_columns.hpp"
#include "store/sqlite/time_limit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace webhookd::store::sqlite {
namespace {

constexpr int first_event_column = 5;

std::string select_claim(projection of) {
    return "SELECT d.id, d.attempts, d.forgiven, d.since, d.chain IS NOT NULL, " + event_columns(of) +
           " FROM deliveries d JOIN events e ON e.seq = d.event" + event_joins(of) + " WHERE d.id = ?";
}

std::int64_t* count_of(delivery_counts& counts, delivery_state s) {
    switch (s) {
    case delivery_state::pending:
        return &counts.pending;
    case delivery_state::successful:
        return &counts.successful;
    case delivery_state::failed:
        return &counts.failed;
    case delivery_state::discarded:
        return &counts.discarded;
    }
    return nullptr;
}

/// Up to so many waiting deliveries, all of them are looked at. Where there are more, a page of them is soon
/// found by looking from the newest delivery on.
constexpr int few_waiting = 20'000;

result<bool> do_few_wait(connection& db) {
    const auto some =
        db.integer(fmt::format("SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 0 LIMIT {})",
                               few_waiting + 1)
                       .c_str(),
                   "count deliveries");
    if (!some) return some.error();
    return *some <= few_waiting;
}

/// Where to look for deliveries, and their order by the newest first as the index there has it.
struct listed_from {
    const char* tables = "deliveries d";
    const char* order = " ORDER BY d.id DESC LIMIT ";
};

/// By itself SQLite would read all deliveries to find the few that wait, or were discarded.
result<listed_from> choose_source(connection& db, const delivery_filter& filter) {
    if (filter.id || !filter.event_id.empty()) return listed_from{};
    if (filter.state == delivery_state::discarded)
        return listed_from{"discards x CROSS JOIN deliveries d ON d.id = x.delivery AND x.number = 1",
                           " ORDER BY x.delivery DESC LIMIT "};
    if (filter.state != delivery_state::pending || !filter.handler.empty()) return listed_from{};
    const auto few = do_few_wait(db);
    if (!few) return few.error();
    return *few ? listed_from{.tables = "deliveries d INDEXED BY deliveries_waiting"} : listed_from{};
}

result<std::vector<delivery_id>> find_ids(connection& db, const delivery_filter& filter,
                                          std::optional<delivery_id> before, std::size_t limit) {
    const auto from = choose_source(db, filter);
    if (!from) return from.error();
    const delivery_query query{std::string{"SELECT d.id FROM "} + from->tables, filter, before};
    return query.read_ids(db, from->order, "list deliveries", limit);
}

} // namespace

result<delivery_reader> delivery_reader::open(connection& db) {
    delivery_reader r;
    const auto prepared = db.prepare_all({
        {r.select_due_,
         "SELECT id FROM deliveries WHERE state = 0 AND "
         "handler = (SELECT id FROM handlers WHERE name = ?) AND due <= ? ORDER BY due, id LIMIT ?",
         "look for due deliveries"},
        {r.select_claim_, select_claim(projection::full), "claim deliveries"},
        {r.select_claim_envelope_, select_claim(projection::envelope_only), "claim deliveries"},
        {r.select_next_,
         "SELECT due FROM deliveries WHERE state = 0 AND "
         "handler = (SELECT id FROM handlers WHERE name = ?) AND due > ? ORDER BY due LIMIT 1",
         "look for the next delivery"},
        {r.select_attempts_,
         "SELECT started, duration, status, reason, output FROM attempts WHERE delivery = ? "
         "ORDER BY number",
         "read attempts"},
        {r.select_discards_, "SELECT at, by, reason FROM discards WHERE delivery = ? ORDER BY number",
         "read why a delivery was discarded"},
        {r.count_by_state_, "SELECT state, count(*) FROM deliveries WHERE event = ? GROUP BY state",
         "count an event's deliveries"},
        {r.count_waiting_,
         "SELECT name, (SELECT count(*) FROM deliveries d WHERE d.state = 0 AND d.handler = h.id) "
         "FROM handlers h",
         "count what waits"},
    });
    if (!prepared) return prepared.error();
    return r;
}

result<claim_answer> delivery_reader::claim(const claim_request& request, const leases::claim_lock& claiming,
                                            timestamp now) {
    claim_answer answer;
    {
        // The index alone tells what is due: of claims that are held already no event is read.
        const statement_reset guard{select_due_};
        select_due_.bind(request.handler, microseconds(now), at_most(request.limit + claiming.count() + 1));
        for (std::size_t room = request.max_bytes; !answer.more;) {
            auto due = select_due_.step();
            if (!due) return due.error();
            if (!*due) break;
            const auto id = select_due_.integer(0);
            if (claiming.holds(id)) continue;
            answer.more = answer.deliveries.size() == request.limit;
            if (answer.more) break;
            auto taken = take(id, request.of, room, answer.deliveries);
            if (!taken) return taken.error();
            answer.more = !*taken;
        }
    }
    auto next = next_due(request.handler, now);
    if (!next) return next.error();
    answer.next_due = *next;
    return answer;
}

result<bool> delivery_reader::take(delivery_id id, projection of, std::size_t& room,
                                   std::vector<claimed_delivery>& to) {
    auto& row = of == projection::full ? select_claim_ : select_claim_envelope_;
    const statement_reset guard{row};
    auto found = row.bind(id).step();
    if (!found) return found.error();
    if (!*found) return true; // without an event it cannot run
    const auto size = body_size(row, of, first_event_column);
    if (size > room && !to.empty()) return false;
    room -= std::min(room, size);
    to.push_back(read_claim(row, of));
    return true;
}

result<std::optional<std::chrono::microseconds>> delivery_reader::next_due(std::string_view handler,
                                                                           timestamp now) {
    const statement_reset guard{select_next_};
    auto row = select_next_.bind(handler, microseconds(now)).step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::chrono::microseconds>{};
    return std::optional{instant(select_next_.integer(0)) - now};
}

result<std::vector<attempt>> delivery_reader::attempts(delivery_id id) {
    std::vector<attempt> all;
    const statement_reset guard{select_attempts_};
    select_attempts_.bind(id);
    for (;;) {
        auto row = select_attempts_.step();
        if (!row) return row.error();
        if (!*row) return all;
        all.push_back(read_attempt(select_attempts_));
    }
}

result<std::vector<discard_record>> delivery_reader::discards(delivery_id id) {
    std::vector<discard_record> all;
    const statement_reset guard{select_discards_};
    select_discards_.bind(id);
    for (;;) {
        auto row = select_discards_.step();
        if (!row) return row.error();
        if (!*row) return all;
        const auto& r = select_discards_;
        all.push_back({instant(r.integer(0)), std::string{r.text(1)}, std::string{r.text(2)}});
    }
}

result<std::vector<delivery_counts>> delivery_reader::count(std::span<const event_offset> events) {
    std::vector<delivery_counts> all;
    all.reserve(events.size());
    for (const auto offset : events) {
        auto& counts = all.emplace_back();
        const statement_reset guard{count_by_state_};
        count_by_state_.bind(offset);
        for (;;) {
            auto row = count_by_state_.step();
            if (!row) return row.error();
            if (!*row) break;
            if (auto* count = count_of(counts, static_cast<delivery_state>(count_by_state_.integer(0))))
                *count = count_by_state_.integer(1);
        }
    }
    return all;
}

result<std::map<std::string, std::int64_t>> delivery_reader::waiting_by_handler() {
    std::map<std::string, std::int64_t> waiting;
    const statement_reset guard{count_waiting_};
    for (;;) {
        auto row = count_waiting_.step();
        if (!row) return row.error();
        if (!*row) return waiting;
        waiting.emplace(count_waiting_.text(0), count_waiting_.integer(1));
    }
}

result<std::vector<delivery_record>> delivery_reader::list(connection& db, const delivery_filter& filter,
                                                           std::optional<delivery_id> before,
                                                           std::size_t limit) {
    const time_limit bounded{db, longest_list};
    const auto ids = find_ids(db, filter, before, limit);
    if (!ids) return ids.error();
    auto one = db.prepare(
        ("SELECT d.id, d.event, n.name, e.event_id, t.name, h.name, d.state, d.attempts, d.planned, d.due, "
         "d.finished, d.reason FROM deliveries d JOIN events e ON e.seq = d.event "
         "JOIN handlers h ON h.id = d.handler" +
         event_joins(projection::envelope_only) + " WHERE d.id = ?")
            .c_str(),
        "list deliveries");
    if (!one) return one.error();
    std::vector<delivery_record> records;
    records.reserve(ids->size());
    for (const auto id : *ids) {
        const statement_reset guard{*one};
        auto row = one->bind(id).step();
        if (!row) return row.error();
        if (*row) records.push_back(read_record(*one)); // else purged a moment ago
    }
    return records;
}

} // namespace webhookd::store::sqlite
