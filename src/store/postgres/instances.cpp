#include "store/postgres/instances.hpp"

#include "store/event_row.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace webhookd::store::postgres {
namespace {

/// Longer than Universign tries again, and than its documents can be fetched.
constexpr std::int64_t remembered = std::int64_t{400} * 24 * 3600 * 1'000'000;

/// An instance that has told nothing for so long, by the database's clock, is gone: it tells once a minute.
constexpr std::chrono::microseconds silent_for = std::chrono::seconds{90};

// Of all instances, the one that was seen last. An event that was kept is a heartbeat as well. While another
// instance lives there is no outage: no row.
constexpr statement find_last_heartbeat{
    "SELECT greatest(i.seen, (SELECT received FROM events ORDER BY seq DESC LIMIT 1)), i.ended "
    "FROM instances i WHERE NOT EXISTS (SELECT 1 FROM instances o WHERE o.name <> $1::text AND NOT o.ended "
    "AND o.told_at > now_us() - $2::bigint) ORDER BY i.seen DESC LIMIT 1",
    "read the last heartbeat"};

// A clock that leaps ahead must not make outages older: the believed time counts, where that is less.
constexpr statement forget_outages{
    "DELETE FROM outages WHERE ended < least($1::bigint, (SELECT believed FROM clock WHERE id = 1)) - "
    "$2::bigint",
    "forget old outages"};

constexpr statement keep_outage{
    "INSERT INTO outages (ended, began, endpoint, reason, refused) VALUES ($1::bigint, $2::bigint, $3::text, "
    "$4::text, $5::bigint) ON CONFLICT (began, endpoint, reason) DO UPDATE SET ended = excluded.ended, "
    "refused = excluded.refused",
    "keep an outage"};

constexpr statement keep_seen{
    "INSERT INTO instances (name, seen, ended, told_at) VALUES ($1::text, $2::bigint, $3::boolean, now_us()) "
    "ON CONFLICT (name) DO UPDATE SET seen = excluded.seen, ended = excluded.ended, told_at = "
    "excluded.told_at",
    "keep a heartbeat"};

constexpr statement give_up_duties{"DELETE FROM duties WHERE instance = $1::text", "give duties up"};

constexpr statement read_outages{
    "SELECT reason, endpoint, began, ended, refused FROM outages WHERE ended > $1::bigint AND "
    "began < $2::bigint AND ($3::text IS NULL OR endpoint IN ('', $3::text)) ORDER BY ended DESC, began DESC "
    "LIMIT $4::bigint",
    "list outages"};

constexpr statement lead{
    "INSERT INTO duties AS d (name, instance, until) VALUES ($1::text, $2::text, now_us() + $3::bigint) "
    "ON CONFLICT (name) DO UPDATE SET instance = excluded.instance, until = excluded.until "
    "WHERE d.instance = excluded.instance OR d.until <= now_us() RETURNING 1::bigint",
    "lead a duty"};

constexpr statement read_clock{
    "SELECT believed, ahead, held FROM clock WHERE id = 1 UNION ALL (SELECT seen, 0, 0 FROM instances "
    "WHERE NOT EXISTS (SELECT 1 FROM clock) ORDER BY seen DESC LIMIT 1)",
    "read what the clock was"};

constexpr statement keep_belief{
    "INSERT INTO clock (id, believed, ahead, held) VALUES (1, $1::bigint, $2::bigint, $3::bigint) "
    "ON CONFLICT (id) DO UPDATE SET believed = excluded.believed, ahead = excluded.ahead, held = "
    "excluded.held",
    "keep what the clock is"};

constexpr statement forget_bounds{"DELETE FROM arrivals WHERE at > $1::bigint", "forget bounds of arrivals"};

constexpr statement keep_bound{
    "INSERT INTO arrivals AS a (beyond, at) VALUES ($1::bigint, $2::bigint) ON CONFLICT (beyond) "
    "DO UPDATE SET at = greatest(a.at, excluded.at)",
    "keep a bound for arrivals"};

command to_keep(const outage& o) {
    return {&keep_outage, parameters{microseconds(o.ended), microseconds(o.began), o.endpoint,
                                     to_string(o.reason), o.refused}};
}

/// Since the run before, whose heartbeat this is.
std::optional<outage> time_away(const rows& last, timestamp now) {
    if (last.empty()) return std::nullopt;
    const auto seen = instant(last.at(0).integer(0));
    if (seen >= now) return std::nullopt;
    const bool ended = last.at(0).integer(1) != 0;
    return outage{ended ? outage_reason::stopped : outage_reason::crashed, {}, seen, now, 0};
}

result<void> run_all(connection& db, std::vector<command> all) {
    all.push_back({&commit_transaction});
    const auto done = db.run(std::move(all));
    if (!done) return done.error();
    return {};
}

} // namespace

result<void> keep_heartbeat(connection& db, const heartbeat& sign) {
    const std::string name{sign.instance.empty() ? sole_instance : std::string_view{sign.instance}};
    const auto now = microseconds(sign.now);
    std::vector<command> all;
    all.push_back({&begin_transaction});
    if (sign.first) {
        const auto last = db.run_one(find_last_heartbeat, parameters{name, std::int64_t{silent_for.count()}});
        if (!last) return last.error();
        if (const auto away = time_away(*last, sign.now)) all.push_back(to_keep(*away));
        all.push_back({&forget_outages, parameters{now, remembered}});
    }
    for (const auto& each : sign.refusals)
        all.push_back(to_keep(each));
    all.push_back({&keep_seen, parameters{name, now, sign.last}});
    if (sign.last) all.push_back({&give_up_duties, parameters{name}});
    return run_all(db, std::move(all));
}

result<std::vector<outage>> find_outages(connection& db, const outage_search& wanted) {
    const auto after = wanted.after ? microseconds(*wanted.after) : std::numeric_limits<std::int64_t>::min();
    const auto before =
        wanted.before ? microseconds(*wanted.before) : std::numeric_limits<std::int64_t>::max();
    const auto rows = db.run_one(
        read_outages, parameters{after, before, unless_empty(wanted.endpoint), at_most(wanted.limit)});
    if (!rows) return rows.error();
    std::vector<outage> found;
    for (const auto row : *rows) {
        const auto word = std::find(outage_words.begin(), outage_words.end(), row.text(0));
        if (word == outage_words.end()) return failure{errc::store_corrupt, "an outage of an unknown reason"};
        found.push_back({static_cast<outage_reason>(word - outage_words.begin()), row.text(1),
                         instant(row.integer(2)), instant(row.integer(3)), row.integer(4)});
    }
    return found;
}

result<bool> try_lead(connection& db, duty which, std::string_view instance,
                      std::chrono::milliseconds lease) {
    const auto leads = db.run_one(
        lead, parameters{to_string(which), instance, std::int64_t{std::chrono::microseconds{lease}.count()}});
    if (!leads) return leads.error();
    return !leads->empty();
}

result<std::optional<clock_state>> find_known_clock(connection& db) {
    const auto found = db.run_one(read_clock);
    if (!found) return found.error();
    if (found->empty()) return std::optional<clock_state>{};
    const auto row = found->at(0);
    return std::optional{clock_state{instant(row.integer(0)), std::chrono::microseconds{row.integer(1)},
                                     std::chrono::microseconds{row.integer(2)}}};
}

result<void> keep_clock(connection& db, const clock_state& state, const std::optional<arrival_bound>& bound) {
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&keep_belief, parameters{microseconds(state.believed), std::int64_t{state.offset.count()},
                                            std::int64_t{state.held.count()}}});
    // Removes bounds of leaps that were none: now that the clock is certain, no arrival is after it.
    if (state.offset == std::chrono::microseconds{0})
        all.push_back({&forget_bounds, parameters{microseconds(state.believed)}});
    if (bound) all.push_back({&keep_bound, parameters{bound->beyond, microseconds(bound->at)}});
    return run_all(db, std::move(all));
}

} // namespace webhookd::store::postgres
