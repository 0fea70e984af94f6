#include "store/sqlite/backfill.hpp"

#include <webhookd/runtime/log.hpp>

#include "store/sqlite/recount.hpp"

#include <optional>

namespace webhookd::store::sqlite {
namespace {

class backfiller {
public:
    explicit backfiller(connection& db)
        : db_(db) {}

    result<void> prepare() {
        return db_.prepare_all(
            {{position_, "SELECT event, delivery FROM backfill WHERE id = 1", "look for what is not counted"},
             {next_event_, "SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT 1", "look for events"},
             {count_hours_,
              "INSERT INTO event_counts (span, start, endpoint, type, events) "
              "SELECT 1, at - (at % 3600000000 + 3600000000) % 3600000000, endpoint, type, count(*) "
              "FROM events WHERE seq > ? AND seq <= ? GROUP BY 2, 3, 4 "
              "ON CONFLICT (span, start, endpoint, type) DO UPDATE SET events = events + excluded.events",
              "count events"},
             {count_days_,
              "INSERT INTO event_counts (span, start, endpoint, type, events) "
              "SELECT 24, start - (start % 86400000000 + 86400000000) % 86400000000, endpoint, type, "
              "sum(events) FROM event_counts WHERE span = 1 GROUP BY 2, 3, 4",
              "count events"},
             {last_failed_,
              "SELECT max(id) FROM (SELECT id FROM deliveries WHERE state = 2 AND id > ? ORDER BY id LIMIT "
              "?)",
              "look for failed deliveries"},
             {count_failures_,
              "INSERT INTO failures (handler, cause, deliveries) "
              "SELECT handler, ifnull(reason, ''), count(*) FROM deliveries "
              "WHERE state = 2 AND id > ? AND id <= ? GROUP BY 1, 2 "
              "ON CONFLICT (handler, cause) DO UPDATE SET deliveries = deliveries + excluded.deliveries",
              "count failed deliveries"},
             {list_failed_,
              "INSERT INTO failed_deliveries (failure, finished, delivery) "
              "SELECT f.id, ifnull(d.finished, d.planned), d.id FROM deliveries d JOIN failures f "
              "ON f.handler = d.handler AND f.cause = ifnull(d.reason, '') "
              "WHERE d.state = 2 AND d.id > ? AND d.id <= ?",
              "count failed deliveries"},
             {advance_, "UPDATE backfill SET event = ?, delivery = ? WHERE id = 1",
              "remember what is counted"},
             {finish_, "DELETE FROM backfill", "remember what is counted"}});
    }

    /// Whether there may be more.
    result<bool> count_batch(std::size_t batch) {
        auto step = transaction::begin(db_);
        if (!step) return step.error();
        auto more = count_next(static_cast<std::int64_t>(batch));
        if (!more) return more.error();
        if (auto done = step->commit(); !done) return done.error();
        return more;
    }

    [[nodiscard]] std::int64_t event() const noexcept { return event_; }

private:
    result<bool> count_next(std::int64_t batch) {
        if (auto found = read_position(); !found) return found.error();
        auto first = value_of(next_event_.bind(event_));
        if (!first) return first.error();
        if (*first) {
            const auto last_event = **first - 1 + batch;
            if (auto done = count_hours_.bind(**first - 1, last_event).run(); !done) return done.error();
            return advance(last_event, delivery_);
        }
        auto last = value_of(last_failed_.bind(delivery_, batch));
        if (!last) return last.error();
        if (!*last) return finish();
        for (auto* each : {&count_failures_, &list_failed_})
            if (auto done = each->bind(delivery_, **last).run(); !done) return done.error();
        return advance(event_, **last);
    }

    result<void> read_position() {
        const statement_reset guard{position_};
        auto row = position_.step();
        if (!row) return row.error();
        event_ = position_.integer(0);
        delivery_ = position_.integer(1);
        return {};
    }

    /// The first column of the first row; nullopt where it is NULL or there is no row.
    static result<std::optional<std::int64_t>> value_of(statement& s) {
        const statement_reset guard{s};
        auto row = s.step();
        if (!row) return row.error();
        if (!*row || s.is_null(0)) return std::optional<std::int64_t>{};
        return std::optional{s.integer(0)};
    }

    result<bool> advance(std::int64_t event, std::int64_t delivery) {
        if (auto done = advance_.bind(event, delivery).run(); !done) return done.error();
        event_ = event;
        return true;
    }

    result<bool> finish() {
        if (auto done = count_days_.run(); !done) return done.error();
        if (auto done = finish_.run(); !done) return done.error();
        return false;
    }

    connection& db_;
    statement position_;
    statement next_event_;
    statement count_hours_;
    statement count_days_;
    statement last_failed_;
    statement count_failures_;
    statement list_failed_;
    statement advance_;
    statement finish_;
    std::int64_t event_ = 0;
    std::int64_t delivery_ = 0;
};

} // namespace

result<void> count_kept(connection& db, const std::function<bool()>& break_off, std::size_t batch) {
    const auto asked = db.integer("SELECT count(*) FROM backfill", "look for what is not counted");
    if (!asked) return asked.error();
    if (*asked == 0) return {};
    const auto newest = db.integer("SELECT last_seq FROM totals WHERE id = 1", "read the last offset");
    if (!newest) return newest.error();
    log::info(
        "counting the events that are kept, once after the upgrade; webhooks are not answered meanwhile",
        {{"newest", *newest}});

    backfiller counting{db};
    if (auto done = counting.prepare(); !done) return done;
    const kept_count work{[&] { return counting.count_batch(batch); },
                          [&] {
                              log::info("counting the events that are kept",
                                        {{"counted_up_to", counting.event()}, {"newest", *newest}});
                          },
                          "counting was broken off; the next start goes on"};
    if (auto done = run(db, work, break_off); !done) return done;
    log::info("the events that are kept are counted");
    return {};
}

} // namespace webhookd::store::sqlite
