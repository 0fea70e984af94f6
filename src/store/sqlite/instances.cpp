#include "store/sqlite/instances.hpp"

#include "store/sqlite/event_columns.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace webhookd::store::sqlite {
namespace {

/// Longer than Universign tries again, and than its documents can be fetched.
constexpr std::int64_t remembered = std::int64_t{400} * 24 * 3600 * 1'000'000;

/// Of the run before.
struct last_heartbeat {
    std::int64_t seen = 0;
    bool ended = false;
};

/// nullopt before the first run. An event that was kept is a heartbeat as well.
result<std::optional<last_heartbeat>> find_last_heartbeat(connection& db) {
    auto rows =
        db.prepare("SELECT max(seen, coalesce((SELECT received FROM events ORDER BY seq DESC LIMIT 1), "
                   "seen)), ended FROM life WHERE id = 1",
                   "read the last heartbeat");
    if (!rows) return rows.error();
    const statement_reset guard{*rows};
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return std::optional<last_heartbeat>{};
    return std::optional{last_heartbeat{rows->integer(0), rows->integer(1) != 0}};
}

/// A clock that leaps ahead must not make outages older: the believed time counts, where that is less.
result<void> forget(connection& db, std::int64_t now) {
    const auto believed =
        db.integer("SELECT coalesce((SELECT believed FROM clock WHERE id = 1), 9223372036854775807)",
                   "read what the clock was");
    if (!believed) return believed.error();
    const auto before = std::min(now, *believed) - remembered;
    auto old = db.prepare("DELETE FROM outages WHERE ended < ?", "forget old outages");
    if (!old) return old.error();
    return old->bind(before).run();
}

result<void> keep(connection& db, const outage& o) {
    auto insert =
        db.prepare("INSERT INTO outages (ended, began, endpoint, reason, refused) VALUES (?,?,?,?,?) "
                   "ON CONFLICT (began, endpoint, reason) DO UPDATE SET ended = excluded.ended, "
                   "refused = excluded.refused",
                   "keep an outage");
    if (!insert) return insert.error();
    return insert
        ->bind(microseconds(o.ended), microseconds(o.began), std::string_view(o.endpoint),
               to_string(o.reason), o.refused)
        .run();
}

std::string random_key() {
    std::random_device device;
    std::string key(32, '\0');
    for (auto& byte : key)
        byte = static_cast<char>(device() & 0xff);
    return key;
}

} // namespace

result<void> keep_heartbeat(connection& db, const heartbeat& sign) {
    const auto now = microseconds(sign.now);
    if (sign.first) {
        const auto before = find_last_heartbeat(db);
        if (!before) return before.error();
        if (*before && (*before)->seen < now) {
            const outage away{(*before)->ended ? outage_reason::stopped : outage_reason::crashed,
                              {},
                              instant((*before)->seen),
                              sign.now,
                              0};
            if (auto done = keep(db, away); !done) return done;
        }
        if (auto done = forget(db, now); !done) return done;
    }
    for (const auto& each : sign.refusals)
        if (auto done = keep(db, each); !done) return done;
    auto seen =
        db.prepare("INSERT INTO life (id, seen, ended) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                   "seen = excluded.seen, ended = excluded.ended",
                   "keep a heartbeat");
    if (!seen) return seen.error();
    return seen->bind(now, std::int64_t{sign.last}).run();
}

result<std::vector<outage>> find_outages(connection& db, const outage_search& wanted) {
    auto rows =
        db.prepare("SELECT reason, endpoint, began, ended, refused FROM outages WHERE ended > ?1 AND "
                   "began < ?2 AND (?3 IS NULL OR endpoint IN ('', ?3)) ORDER BY ended DESC, began DESC "
                   "LIMIT ?4",
                   "list outages");
    if (!rows) return rows.error();
    const statement_reset guard{*rows};
    const auto after = wanted.after ? microseconds(*wanted.after) : std::numeric_limits<std::int64_t>::min();
    const auto before =
        wanted.before ? microseconds(*wanted.before) : std::numeric_limits<std::int64_t>::max();
    rows->bind(after, before, unless_empty(wanted.endpoint), static_cast<std::int64_t>(wanted.limit));
    std::vector<outage> found;
    for (;;) {
        auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return found;
        const auto word = std::find(outage_words.begin(), outage_words.end(), rows->text(0));
        if (word == outage_words.end()) return failure{errc::store_corrupt, "an outage of an unknown reason"};
        found.push_back({static_cast<outage_reason>(word - outage_words.begin()), std::string(rows->text(1)),
                         instant(rows->integer(2)), instant(rows->integer(3)), rows->integer(4)});
    }
}

result<std::optional<clock_state>> find_known_clock(connection& db) {
    auto rows = db.prepare("SELECT believed, ahead, held FROM clock WHERE id = 1", "read what the clock was");
    if (!rows) return rows.error();
    auto row = rows->step();
    if (!row) return row.error();
    if (*row)
        return std::optional{clock_state{instant(rows->integer(0)),
                                         std::chrono::microseconds(rows->integer(1)),
                                         std::chrono::microseconds(rows->integer(2))}};
    auto beat = db.prepare("SELECT seen FROM life WHERE id = 1", "read the last heartbeat");
    if (!beat) return beat.error();
    auto seen = beat->step();
    if (!seen) return seen.error();
    if (!*seen) return std::optional<clock_state>{};
    return std::optional{clock_state{instant(beat->integer(0)), {}, {}}};
}

result<void> keep_clock(connection& db, const clock_state& state, const std::optional<arrival_bound>& bound) {
    auto update =
        db.prepare("INSERT INTO clock (id, believed, ahead, held) VALUES (1, ?, ?, ?) ON CONFLICT (id) "
                   "DO UPDATE SET believed = excluded.believed, ahead = excluded.ahead, "
                   "held = excluded.held",
                   "keep what the clock is");
    if (!update) return update.error();
    if (auto done = update
                        ->bind(microseconds(state.believed), std::int64_t{state.offset.count()},
                               std::int64_t{state.held.count()})
                        .run();
        !done)
        return done;
    if (state.offset == std::chrono::microseconds{0}) {
        // Removes bounds of leaps that were none: now that the clock is certain, no arrival is after it.
        auto forget = db.prepare("DELETE FROM arrivals WHERE at > ?", "forget bounds of arrivals");
        if (!forget) return forget.error();
        if (auto done = forget->bind(microseconds(state.believed)).run(); !done) return done;
    }
    if (!bound) return {};
    auto insert =
        db.prepare("INSERT INTO arrivals (beyond, at) VALUES (?, ?) ON CONFLICT (beyond) DO UPDATE SET "
                   "at = max(at, excluded.at)",
                   "keep a bound for arrivals");
    if (!insert) return insert.error();
    return insert->bind(bound->beyond, microseconds(bound->at)).run();
}

sole_record::sole_record()
    : key_(random_key()) {}

void sole_record::told(const heartbeat& sign) {
    const std::lock_guard lock{mutex_};
    const auto since = sign.first || !last_ ? sign.now : last_->since;
    auto& record = last_.emplace();
    record.name = sign.instance.empty() ? std::string{sole_instance} : sign.instance;
    record.is_self = true;
    record.presence = sign.last ? presence::stopped : presence::running;
    record.since = since;
    record.last_heartbeat = sign.now;
    record.told = sign.state;
    record.told.handlers.clear();
    if (!sign.last) record.leads = {duty::retention, duty::orphans};
}

std::vector<instance_record> sole_record::list(std::size_t limit) const {
    const std::lock_guard lock{mutex_};
    if (!last_ || limit == 0) return {};
    return {*last_};
}

} // namespace webhookd::store::sqlite
