#include "store/postgres/instances.hpp"

#include <webhookd/runtime/log.hpp>

#include "store/event_row.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace webhookd::store::postgres {
namespace {

/// Longer than Universign tries again, and than its documents can be fetched.
constexpr std::int64_t remembered = std::int64_t{400} * 24 * 3600 * 1'000'000;

/// An instance that has told nothing for so long is not listed any more.
constexpr std::chrono::microseconds listed_for = std::chrono::hours{24};

// Of all instances, the one that was seen last. An event that was kept is a heartbeat as well.
constexpr statement find_last_heartbeat{
    "SELECT greatest(i.seen, (SELECT received FROM events ORDER BY seq DESC LIMIT 1)), i.ended "
    "FROM instances i ORDER BY i.seen DESC LIMIT 1",
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

// Each run of a daemon has a row of its own, by its session: nothing keeps two from having one name. A run
// begins with $9: `began` and `told_at` are by the database's clock, `since` and `seen` by the instance's.
// Since `steady_since` it was never silent. `away_from` is the beginning of what was an outage if no other
// instance lived until `since`.
constexpr statement keep_seen{R"sql(
INSERT INTO instances AS i (name, session, version, fingerprint, in_flight, handlers, since, seen, ended, began,
                            told_at, steady_since, away_from, away_ended)
VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::bigint, $6::text[], $7::bigint, $7::bigint, $8::boolean,
        now_us(), now_us(), now_us(), $10::bigint, $11::boolean)
ON CONFLICT (session) DO UPDATE SET
    name = excluded.name, version = excluded.version, fingerprint = excluded.fingerprint,
    in_flight = excluded.in_flight, handlers = excluded.handlers, seen = excluded.seen, ended = excluded.ended,
    told_at = excluded.told_at,
    steady_since = CASE WHEN $9::boolean OR i.told_at <= now_us() - $12::bigint THEN excluded.steady_since
                        ELSE i.steady_since END,
    since = CASE WHEN $9::boolean THEN excluded.since ELSE i.since END,
    began = CASE WHEN $9::boolean THEN excluded.began ELSE i.began END,
    away_from = CASE WHEN $9::boolean THEN excluded.away_from ELSE i.away_from END,
    away_ended = CASE WHEN $9::boolean THEN excluded.away_ended ELSE i.away_ended END
)sql",
                              "keep a heartbeat"};

// Another instance that ran before this one began, and told of itself since, was there all the time. One
// that may only be silent must tell, or be silent for $2, before it is known whether this was an outage; for
// as long as this one could tell itself, since the database may have been away. One of the same name is
// taken for the run before, which is over.
constexpr statement settle_outage{R"sql(
WITH me AS (
    SELECT session, name, since, began, steady_since, away_from, away_ended FROM instances
    WHERE session = $1::bigint AND away_from IS NOT NULL
), others AS (
    SELECT coalesce(bool_or(o.told_at > m.began), false) AS there,
           coalesce(bool_or(NOT o.ended AND o.name <> m.name
                            AND greatest(o.told_at, m.steady_since) > now_us() - $2::bigint), false) AS perhaps
    FROM me m LEFT JOIN instances o ON o.session <> m.session AND o.began < m.began
), kept AS (
    INSERT INTO outages (ended, began, endpoint, reason, refused)
    SELECT m.since, m.away_from, '', CASE WHEN m.away_ended THEN $3::text ELSE $4::text END, 0
    FROM me m CROSS JOIN others o WHERE NOT o.there AND NOT o.perhaps
    ON CONFLICT (began, endpoint, reason) DO UPDATE SET ended = excluded.ended, refused = excluded.refused
)
UPDATE instances i SET away_from = NULL FROM me m, others o
WHERE i.session = m.session AND (o.there OR NOT o.perhaps)
)sql",
                                  "look whether there was an outage"};

// Another session of this name that has told of itself since this one began: the run before it would not.
constexpr statement find_namesake{
    "SELECT EXISTS (SELECT 1 FROM instances m JOIN instances o ON o.name = m.name AND o.session <> m.session "
    "WHERE m.session = $1::bigint AND NOT o.ended AND o.told_at >= m.began "
    "AND o.told_at > now_us() - $2::bigint)",
    "look for a namesake"};

// The runs before of this name, once they are over for certain: what they had to deliver is nobody's orphan
// until then.
constexpr statement forget_runs_before{
    "DELETE FROM instances o USING instances m WHERE m.session = $1::bigint AND o.name = m.name "
    "AND o.session <> m.session "
    "AND (o.ended OR greatest(o.told_at, m.steady_since) <= now_us() - $2::bigint)",
    "forget the runs before"};

constexpr statement forget_instances{
    "DELETE FROM instances WHERE session <> $1::bigint AND told_at < now_us() - $2::bigint",
    "forget old instances"};

// Without those that a later run of their name has followed.
constexpr statement read_instances{R"sql(
SELECT i.name, i.ended, i.told_at > now_us() - $1::bigint, i.since, i.seen, i.version, i.fingerprint, i.in_flight,
       ARRAY(SELECT d.name FROM duties d WHERE d.session = i.session AND d.until > now_us())::text,
       i.session = $4::bigint
FROM instances i
WHERE i.told_at > now_us() - $2::bigint AND NOT EXISTS (
    SELECT 1 FROM instances n WHERE n.name = i.name AND n.session > i.session AND n.began > i.told_at)
ORDER BY i.ended OR i.told_at <= now_us() - $1::bigint, i.name, i.session LIMIT $3::bigint
)sql",
                                   "list instances"};

constexpr statement read_other_handlers{
    "SELECT DISTINCT h.name FROM instances i CROSS JOIN LATERAL unnest(i.handlers) AS h (name) "
    "WHERE i.session <> $1::bigint AND NOT i.ended AND i.told_at > now_us() - $2::bigint",
    "look for the handlers of other instances"};

constexpr statement read_key{"SELECT value FROM fingerprint_key WHERE id = 1", "read the fingerprints' key"};

constexpr statement give_up_duties{"DELETE FROM duties WHERE session = $1::bigint", "give duties up"};

constexpr statement read_outages{
    "SELECT reason, endpoint, began, ended, refused FROM outages WHERE ended > $1::bigint AND "
    "began < $2::bigint AND ($3::text IS NULL OR endpoint IN ('', $3::text)) ORDER BY ended DESC, began DESC "
    "LIMIT $4::bigint",
    "list outages"};

constexpr statement lead{
    "INSERT INTO duties AS d (name, session, until) VALUES ($1::text, $2::bigint, now_us() + $3::bigint) "
    "ON CONFLICT (name) DO UPDATE SET session = excluded.session, until = excluded.until "
    "WHERE d.session = excluded.session OR d.until <= now_us() RETURNING 1::bigint",
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

parameters seen_parameters(const std::string& name, const session& self, const heartbeat& sign,
                           const std::optional<outage>& away) {
    array handlers{array::of::texts};
    for (const auto& each : sign.state.handlers)
        handlers.push(std::string_view{each});
    std::optional<std::int64_t> from;
    if (away) from = microseconds(away->began);
    return parameters{name,
                      self.id,
                      sign.state.version,
                      sign.state.fingerprint,
                      sign.state.in_flight,
                      std::move(handlers),
                      microseconds(sign.now),
                      sign.last,
                      sign.first,
                      from,
                      away && away->reason == outage_reason::stopped,
                      std::int64_t{silent_for.count()}};
}

/// Of the text of an array of their names, none of which is a part of another.
std::vector<duty> duties_in(std::string_view names) {
    std::vector<duty> found;
    for (std::size_t i = 0; i < duty_words.size(); ++i)
        if (names.find(duty_words.at(i)) != names.npos) found.push_back(static_cast<duty>(i));
    return found;
}

void tell_of_namesake(bool is_there, const std::string& name) {
    if (is_there)
        log::error("another daemon on this database has the same name; give each its own server.instance",
                   {{"instance", name}});
    else
        log::info("no other daemon on this database has the same name any more", {{"instance", name}});
}

result<void> run_all(connection& db, std::vector<command> all) {
    all.push_back({&commit_transaction});
    const auto done = db.run(std::move(all));
    if (!done) return done.error();
    return {};
}

} // namespace

result<void> keep_heartbeat(connection& db, const session& self, const heartbeat& sign,
                            std::atomic<bool>& shares_name) {
    const std::string name{sign.instance.empty() ? sole_instance : std::string_view{sign.instance}};
    std::optional<outage> away;
    if (sign.first) {
        const auto last = db.run_one(find_last_heartbeat);
        if (!last) return last.error();
        away = time_away(*last, sign.now);
    }
    std::vector<command> all;
    all.push_back({&begin_transaction});
    if (sign.first) all.push_back({&forget_outages, parameters{microseconds(sign.now), remembered}});
    for (const auto& each : sign.refusals)
        all.push_back(to_keep(each));
    all.push_back({&keep_seen, seen_parameters(name, self, sign, away)});
    all.push_back(
        {&settle_outage, parameters{self.id, std::int64_t{silent_for.count()},
                                    to_string(outage_reason::stopped), to_string(outage_reason::crashed)}});
    all.push_back({&forget_runs_before, parameters{self.id, std::int64_t{silent_for.count()}}});
    if (sign.first) all.push_back({&forget_instances, parameters{self.id, std::int64_t{listed_for.count()}}});
    if (sign.last) all.push_back({&give_up_duties, parameters{self.id}});
    all.push_back({&find_namesake, parameters{self.id, std::int64_t{silent_for.count()}}});
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    const bool shared = !sign.last && answers->at(answers->size() - 2).at(0).integer(0) != 0;
    if (shares_name.exchange(shared) != shared && !sign.last) tell_of_namesake(shared, name);
    return {};
}

result<std::vector<instance_record>> list_instances(connection& db, const session& self, std::size_t limit) {
    const auto found =
        db.run_one(read_instances,
                   parameters{std::int64_t{silent_for.count()}, std::int64_t{listed_for.count()},
                              static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX)), self.id});
    if (!found) return found.error();
    std::vector<instance_record> all;
    for (const auto row : *found) {
        auto& each = all.emplace_back();
        each.name = row.text(0);
        if (row.integer(1) != 0)
            each.presence = presence::stopped;
        else if (row.integer(2) == 0)
            each.presence = presence::gone;
        each.since = instant(row.integer(3));
        each.last_heartbeat = instant(row.integer(4));
        each.told.version = row.text(5);
        each.told.fingerprint = row.text(6);
        each.told.in_flight = row.integer(7);
        each.leads = duties_in(row.text(8));
        each.is_self = row.integer(9) != 0;
    }
    return all;
}

result<std::set<std::string, std::less<>>> find_handlers_elsewhere(connection& db, const session& self) {
    const auto found = db.run_one(read_other_handlers, parameters{self.id, std::int64_t{silent_for.count()}});
    if (!found) return found.error();
    std::set<std::string, std::less<>> names;
    for (const auto row : *found)
        names.insert(row.text(0));
    return names;
}

result<std::string> read_fingerprint_key(connection& db) {
    const auto found = db.run_one(read_key);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_corrupt, "the fingerprints' key is missing"};
    return std::string{found->at(0).bytes(0)};
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

result<bool> try_lead(connection& db, const session& self, duty which, std::chrono::milliseconds lease) {
    const auto leads = db.run_one(
        lead, parameters{to_string(which), self.id, std::int64_t{std::chrono::microseconds{lease}.count()}});
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
