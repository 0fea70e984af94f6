#include "store/sqlite/delivery_writer.hpp"

#include "store/sqlite/delivery_query.hpp"
#include "store/sqlite/event_columns.hpp"

#include <algorithm>
#include <string>

namespace webhookd::store::sqlite {
namespace {

/// In the database: the numbers of `delivery_state`.
constexpr std::int64_t number_of(delivery_state s) {
    return static_cast<std::int64_t>(s);
}

/// A delivery that was never tried is due when it was planned. Beyond this it waits for a clock that was
/// wrong.
constexpr std::chrono::seconds of_no_account{2};

/// For callers that do not know what runs: what is due already stays due.
bool perhaps(delivery_id) {
    return true;
}

} // namespace

result<delivery_writer> delivery_writer::open(connection& db, const runtime::clock& clock) {
    delivery_writer w;
    w.clock_ = &clock;
    // The queries by ordering key repeat the `state <> 1` of their index word for word: only then SQLite uses
    // it.
    const auto prepared = db.prepare_all({
        {w.insert_,
         "INSERT INTO deliveries (id, event, handler, state, due, chain, blocks, attempts, forgiven, "
         "planned, since) VALUES (?, ?, ?, 0, ?, ?, ?, 0, 0, ?, ?)",
         "plan a delivery"},
        {w.occupied_,
         "SELECT 1 FROM deliveries WHERE handler = ? AND chain = ? AND state <> 1 AND "
         "(state = 0 OR (state = 2 AND blocks = 1)) LIMIT 1",
         "look at an ordering key"},
        {w.finish_,
         "UPDATE deliveries SET state = ?, due = ?, attempts = attempts + 1, finished = ?, "
         "reason = ? WHERE id = ? AND state = 0 "
         "RETURNING handler, chain, attempts",
         "finish a delivery"},
        {w.insert_attempt_,
         "INSERT INTO attempts (delivery, number, started, duration, status, reason, output) "
         "VALUES (?, ?, ?, ?, ?, ?, ?)",
         "record an attempt"},
        {w.head_,
         "SELECT id, state FROM deliveries WHERE handler = ? AND chain = ? AND state <> 1 AND "
         "(state = 0 OR (state = 2 AND blocks = 1)) ORDER BY id LIMIT 1",
         "look at an ordering key"},
        {w.due_one_,
         "SELECT id FROM deliveries WHERE handler = ? AND chain = ? AND state <> 1 AND state = 0 AND "
         "due IS NOT NULL LIMIT 1",
         "look at an ordering key"},
        {w.make_due_, "UPDATE deliveries SET due = ? WHERE id = ?", "let a delivery become due"},
        // The latest first: those beyond ?4 are found without reading those that wait correctly.
        {w.call_back_,
         "UPDATE deliveries SET due = ?2 WHERE id IN (SELECT id FROM deliveries WHERE state = 0 AND "
         "handler = ?1 AND due > ?3 AND (due > ?4 OR attempts = forgiven) ORDER BY due DESC LIMIT ?5)",
         "call deliveries back"},
        {w.hasten_, "UPDATE deliveries SET due = ?2 WHERE id = ?1 AND state = 0 AND due > ?2",
         "let a delivery become due"},
        {w.revive_,
         "UPDATE deliveries SET state = 0, due = ?, forgiven = attempts, since = ?, finished = NULL "
         "WHERE id = ?",
         "retry a delivery"},
        {w.discard_, "UPDATE deliveries SET state = 3 WHERE id = ? AND state = 2 RETURNING handler, chain",
         "discard a delivery"},
        {w.fail_waiting_,
         "UPDATE deliveries SET state = 2, due = NULL, finished = ?, reason = ? WHERE id IN "
         "(SELECT id FROM deliveries WHERE state = 0 AND handler = ? ORDER BY due LIMIT ?)",
         "fail waiting deliveries"},
        {w.unfinished_, "SELECT id, handler, chain, state FROM deliveries WHERE event = ? AND state <> 1",
         "look at an event's deliveries"},
        {w.give_up_,
         "UPDATE deliveries SET state = max(state, 2), due = NULL, blocks = 0, finished = coalesce(finished, "
         "?), "
         "reason = ? WHERE id = ?",
         "give a delivery up"},
    });
    if (!prepared) return prepared.error();
    auto handlers = dictionary::open(db, "handlers");
    if (!handlers) return handlers.error();
    w.handlers_ = std::move(*handlers);
    auto last = db.integer("SELECT last_delivery FROM totals WHERE id = 1", "read the last delivery");
    if (!last) return last.error();
    w.last_id_ = *last;
    auto pending = db.integer("SELECT count(*) FROM deliveries WHERE state = 0", "count what waits");
    if (!pending) return pending.error();
    w.pending_ = *pending;
    return w;
}

void delivery_writer::roll_back(delivery_id last_id, std::int64_t pending) noexcept {
    handlers_.forget();
    last_id_ = last_id;
    pending_ = pending;
}

result<void> delivery_writer::plan(connection& db, event_offset offset,
                                   std::span<const planned_delivery> planned, std::string_view key,
                                   timestamp since) {
    for (const auto& p : planned) {
        auto handler = handlers_.find(p.handler);
        if (!handler) return handler.error();
        if (!*handler) {
            auto added = handlers_.add(db, p.handler);
            if (!added) return added.error();
            *handler = *added;
        }
        if (auto done = insert(last_id_ + 1, offset, **handler, p, key, since); !done) return done.error();
        ++last_id_;
        ++pending_;
    }
    return {};
}

result<void> delivery_writer::insert(delivery_id id, event_offset offset, std::int64_t handler,
                                     const planned_delivery& p, std::string_view key, timestamp since) {
    std::optional<std::string_view> ordering_key;
    if (p.ordering != ordering::none) ordering_key = unless_empty(key);
    std::optional<std::int64_t> due = microseconds(clock_->now());
    if (ordering_key) {
        auto held = occupied(handler, *ordering_key);
        if (!held) return held.error();
        if (*held) due.reset();
    }
    const std::int64_t blocks = ordering_key && p.ordering == ordering::block ? 1 : 0;
    return insert_
        .bind(id, offset, handler, due, ordering_key, blocks, microseconds(since), microseconds(since))
        .run();
}

result<void> delivery_writer::finish(const finished_delivery& f) {
    const auto ended = f.attempt.started + f.attempt.duration;
    const bool final = f.state != delivery_state::pending;
    std::optional<std::int64_t> due, finished;
    (final ? finished : due) = microseconds(final ? ended : clock_->now() + f.delay);
    ordered_queue where;
    std::int64_t number = 0;
    {
        const statement_reset guard{finish_};
        auto row = finish_.bind(number_of(f.state), due, finished, unless_empty(f.attempt.reason), f.claim.id)
                       .step();
        if (!row) return row.error();
        if (!*row) return {}; // purged meanwhile, or failed with its handler
        where = {finish_.integer(0), std::string{finish_.text(1)}};
        number = finish_.integer(2);
        // An UPDATE takes effect only when its rows have been read to the end.
        if (auto end = finish_.step(); !end) return end.error();
    }
    if (final) --pending_;
    const auto& a = f.attempt;
    if (auto done = insert_attempt_
                        .bind(f.claim.id, number, microseconds(a.started), a.duration.count(),
                              std::int64_t{a.status}, unless_empty(a.reason), unless_empty(a.output))
                        .run();
        !done)
        return done;
    // A failed attempt lets an earlier one go first that was retried by hand meanwhile.
    return settle(where, [&f](delivery_id id) { return id != f.claim.id; });
}

result<bool> delivery_writer::occupied(std::int64_t handler, std::string_view ordering_key) {
    auto row = first(occupied_.bind(handler, ordering_key));
    if (!row) return row.error();
    return row->has_value();
}

result<void> delivery_writer::settle(const ordered_queue& p, const running& runs) {
    if (p.ordering_key.empty()) return {};
    const std::string_view ordering_key{p.ordering_key};
    std::int64_t head = 0;
    {
        const statement_reset guard{head_};
        auto row = head_.bind(p.handler, ordering_key).step();
        if (!row) return row.error();
        if (!*row || head_.integer(1) != number_of(delivery_state::pending)) return {};
        head = head_.integer(0);
    }
    auto due = first(due_one_.bind(p.handler, ordering_key));
    if (!due) return due.error();
    if (*due == head || (*due && runs(**due))) return {};
    if (*due)
        if (auto done = make_due_.bind(std::optional<std::int64_t>(), **due).run(); !done) return done;
    return make_due_.bind(microseconds(clock_->now()), head).run();
}

result<std::size_t> delivery_writer::retry(connection& db, const delivery_filter& filter, std::size_t limit,
                                           const running& runs) {
    auto wanted = filter;
    wanted.state = delivery_state::failed;
    auto chosen = choose(db, wanted, limit);
    if (!chosen) return chosen.error();
    if (chosen->empty() && filter.id && filter.state != delivery_state::failed) {
        wanted.state = delivery_state::discarded;
        chosen = choose(db, wanted, limit);
        if (!chosen) return chosen.error();
        if (chosen->empty()) {
            if (auto done = hasten_.bind(*filter.id, microseconds(clock_->now())).run(); !done)
                return done.error();
            return static_cast<std::size_t>(db.changes());
        }
    }
    for (const auto& [id, where] : *chosen)
        if (auto done = revive(id, where, runs); !done) return done.error();
    return chosen->size();
}

result<std::vector<delivery_writer::ordered_delivery>>
delivery_writer::choose(connection& db, const delivery_filter& filter, std::size_t limit) {
    const std::string columns = "d.id, d.handler, d.chain";
    const bool by_failure = filter.cause && !filter.handler.empty();
    const auto query = by_failure ? delivery_query::of_failures(columns, filter)
                                  : delivery_query{"SELECT " + columns + " FROM deliveries d", filter};
    const std::string rest = " AND EXISTS (SELECT 1 FROM payloads p WHERE p.seq = d.event) ORDER BY " +
                             std::string{by_failure ? "x.finished, x.delivery" : "d.id"} + " LIMIT ";
    std::vector<ordered_delivery> all;
    const auto add = [&all](const statement& row) {
        all.emplace_back(row.integer(0), ordered_queue{row.integer(1), std::string{row.text(2)}});
    };
    if (auto done = query.read(db, rest, "choose deliveries to retry", limit, add); !done)
        return done.error();
    return all;
}

result<void> delivery_writer::revive(delivery_id id, const ordered_queue& p, const running& runs) {
    const auto now = microseconds(clock_->now());
    std::optional<std::int64_t> due;
    if (p.ordering_key.empty()) due = now;
    if (auto done = revive_.bind(due, now, id).run(); !done) return done;
    ++pending_;
    return settle(p, runs);
}

result<bool> delivery_writer::discard(delivery_id id) {
    ordered_queue where;
    {
        const statement_reset guard{discard_};
        auto row = discard_.bind(id).step();
        if (!row) return row.error();
        if (!*row) return false;
        where = {discard_.integer(0), std::string{discard_.text(1)}};
        if (auto end = discard_.step(); !end) return end.error();
    }
    if (auto done = settle(where, perhaps); !done) return done.error();
    return true;
}

result<std::size_t> delivery_writer::call_back(connection& db, std::string_view handler,
                                               std::chrono::milliseconds most, std::size_t limit) {
    auto number = handlers_.find(handler);
    if (!number) return number.error();
    if (!*number) return std::size_t{0};
    const auto now = clock_->now();
    const auto some = at_most(limit);
    if (auto done =
            call_back_
                .bind(**number, microseconds(now), microseconds(now + of_no_account),
                      microseconds(now + std::max<std::chrono::milliseconds>(most, of_no_account)), some)
                .run();
        !done)
        return done.error();
    return static_cast<std::size_t>(db.changes());
}

result<std::size_t> delivery_writer::fail_waiting(connection& db, std::string_view handler,
                                                  std::string_view reason, std::size_t limit) {
    auto number = handlers_.find(handler);
    if (!number) return number.error();
    if (!*number) return std::size_t{0};
    const auto most = at_most(limit);
    if (auto done =
            fail_waiting_.bind(microseconds(clock_->now()), unless_empty(reason), **number, most).run();
        !done)
        return done.error();
    pending_ -= db.changes();
    return static_cast<std::size_t>(db.changes());
}

result<std::size_t> delivery_writer::give_up(event_offset offset, std::string_view reason, timestamp at) {
    struct found {
        delivery_id id;
        ordered_queue where;
        bool waits;
    };
    std::vector<found> all;
    {
        const statement_reset guard{unfinished_};
        unfinished_.bind(offset);
        for (;;) {
            auto row = unfinished_.step();
            if (!row) return row.error();
            if (!*row) break;
            all.push_back({unfinished_.integer(0),
                           {unfinished_.integer(1), std::string{unfinished_.text(2)}},
                           unfinished_.integer(3) == number_of(delivery_state::pending)});
        }
    }
    std::size_t waited = 0;
    for (const auto& each : all) {
        if (auto done = give_up_.bind(microseconds(at), reason, each.id).run(); !done) return done.error();
        waited += each.waits ? 1 : 0;
    }
    pending_ -= static_cast<std::int64_t>(waited);
    for (const auto& each : all)
        if (auto done = settle(each.where, perhaps); !done) return done.error();
    return waited;
}

result<std::optional<std::int64_t>> delivery_writer::first(statement& select) {
    const statement_reset guard{select};
    auto row = select.step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::int64_t>{};
    return std::optional{select.integer(0)};
}

} // namespace webhookd::store::sqlite
