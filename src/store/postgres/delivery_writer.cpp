#include "store/postgres/delivery_writer.hpp"

#include "store/event_row.hpp"
#include "store/postgres/claims.hpp"
#include "store/postgres/delivery_filter.hpp"
#include "store/postgres/instances.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace webhookd::store::postgres {
namespace {

/// A delivery that was never tried is due when it was planned. Beyond this it waits for a clock that was
/// wrong.
constexpr std::chrono::seconds of_no_account{2};

constexpr statement record_attempts{R"sql(
WITH done AS (
    UPDATE deliveries d
    SET state = g.state, due = CASE WHEN g.state = 0 THEN now_us() + $1::bigint + g.delay END,
        attempts = d.attempts + 1, finished = CASE WHEN g.state <> 0 THEN g.started + g.duration END,
        reason = g.reason, token = NULL, holder = NULL, lease = NULL
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::bigint[], $9::text[], $10::text[])
        AS g (id, token, state, delay, started, duration, status, reason, output)
    WHERE d.id = g.id AND d.token = g.token AND d.state = 0
    RETURNING d.id, d.attempts, g.started, g.duration, g.status, g.reason, g.output
)
INSERT INTO attempts (delivery, number, started, duration, status, reason, output) SELECT * FROM done
)sql",
                                    "record attempts"};

constexpr statement put_back{R"sql(
UPDATE deliveries d SET due = NULL
FROM (SELECT DISTINCT handler, chain FROM deliveries WHERE id = ANY($1::bigint[]) AND chain IS NOT NULL) q
WHERE d.handler = q.handler AND d.chain = q.chain AND d.state = 0 AND d.due IS NOT NULL AND d.token IS NULL
AND EXISTS (SELECT 1 FROM deliveries e WHERE e.handler = d.handler AND e.chain = d.chain
            AND (e.state = 0 OR (e.state = 2 AND e.blocks)) AND e.id < d.id)
)sql",
                             "put a delivery back"};

// The other daemons are told of it, without an offset, which is not known here.
constexpr statement advance{R"sql(
WITH advanced AS (
UPDATE deliveries d SET due = now_us() + $1::bigint
FROM (SELECT DISTINCT handler, chain FROM deliveries WHERE id = ANY($2::bigint[]) AND chain IS NOT NULL) q
CROSS JOIN LATERAL (SELECT h.id FROM deliveries h WHERE h.handler = q.handler AND h.chain = q.chain
                    AND (h.state = 0 OR (h.state = 2 AND h.blocks)) ORDER BY h.id LIMIT 1) head
WHERE d.id = head.id AND d.state = 0
AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.handler = q.handler AND o.chain = q.chain AND o.state = 0
                AND o.due IS NOT NULL)
RETURNING d.id)
SELECT pg_notify('universign_webhookd', $3::bigint || ' 0 0 1') WHERE EXISTS (SELECT 1 FROM advanced)
)sql",
                            "let a delivery become due"};

const statement& plan_again_statement() {
    static const std::string sql = R"sql(
WITH given AS MATERIALIZED (
    SELECT p.i, p.handler, p.blocks, e.seq AS event,
           CASE WHEN p.ordered THEN coalesce(e.transaction_id, e.object_id) END AS chain
    FROM unnest($2::bigint[], $3::text[], $4::boolean[], $5::boolean[]) WITH ORDINALITY
        AS p (event, handler, ordered, blocks, i)
    JOIN events e ON e.seq = p.event JOIN payloads b ON b.seq = e.seq
), planned AS MATERIALIZED (
    SELECT g.*, t.last_delivery + row_number() OVER (ORDER BY g.i) AS id, now_us() + $1::bigint AS since
    FROM given g CROSS JOIN totals t WHERE t.id = 1
),)sql" + std::string{insert_planned} +
                                   R"sql(, advanced AS (
    UPDATE totals t SET last_delivery = t.last_delivery + c.deliveries
    FROM (SELECT count(*) AS deliveries FROM planned) c WHERE t.id = 1 AND c.deliveries > 0
)
SELECT id FROM waiting
)sql";
    static const statement plan_again{sql.c_str(), "plan deliveries"};
    return plan_again;
}

constexpr const char* revive = R"sql(
UPDATE deliveries SET state = 0, due = CASE WHEN chain IS NULL THEN now_us() + {ahead} END,
    forgiven = attempts, since = now_us() + {ahead}, finished = NULL, token = NULL, holder = NULL, lease = NULL
WHERE id IN (SELECT d.id FROM deliveries d {where}
             AND EXISTS (SELECT 1 FROM payloads p WHERE p.seq = d.event) ORDER BY {order} LIMIT {limit})
RETURNING id
)sql";

constexpr const char* discard = R"sql(
WITH chosen AS (
    UPDATE deliveries SET state = 3 WHERE id IN (SELECT d.id FROM deliveries d {where} LIMIT {limit}) RETURNING id
), told AS (
    INSERT INTO discards (delivery, number, at, by, reason)
    SELECT c.id, 1 + (SELECT count(*) FROM discards x WHERE x.delivery = c.id), {at}, {by}, {reason} FROM chosen c
)
SELECT id FROM chosen
)sql";

constexpr statement hasten{
    "UPDATE deliveries SET due = now_us() + $1::bigint WHERE id = $2::bigint AND state = 0 AND "
    "due > now_us() + $1::bigint",
    "let a delivery become due"};

// The latest first: those beyond `most` are found without reading those that wait correctly. Locked, because
// what was chosen may be finished before it is written.
constexpr statement call_back{R"sql(
UPDATE deliveries SET due = now_us() + $1::bigint WHERE id IN (
    SELECT id FROM deliveries WHERE state = 0 AND handler = $2::text AND due > now_us() + $1::bigint + $3::bigint
    AND (due > now_us() + $1::bigint + $4::bigint OR attempts = forgiven) ORDER BY due DESC LIMIT $5::bigint
    FOR UPDATE)
)sql",
                              "call deliveries back"};

// Locked, because what was chosen may be claimed before it is written. Who could not tell while the database
// was away is not gone: the silence of others counts from when this session tells again.
constexpr statement fail_waiting{R"sql(
UPDATE deliveries SET state = 2, due = NULL, finished = now_us() + $1::bigint, reason = $3::text WHERE id IN (
    SELECT id FROM deliveries WHERE state = 0 AND handler = $2::text
    AND (lease IS NULL OR lease <= now_us() OR holder = $5::bigint) ORDER BY id LIMIT $4::bigint FOR UPDATE)
AND NOT EXISTS (
    SELECT 1 FROM instances i WHERE i.session <> $5::bigint AND NOT i.ended AND $2::text = ANY(i.handlers)
    AND greatest(i.told_at, (SELECT coalesce(max(m.steady_since), now_us()) FROM instances m
                             WHERE m.session = $5::bigint AND m.told_at > now_us() - $6::bigint))
        > now_us() - $6::bigint)
)sql",
                                 "fail waiting deliveries"};

std::string replaced(std::string text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

parameters finish_parameters(const session& self, std::span<const finished_delivery> batch) {
    std::vector<array> columns(7, array{array::of::integers});
    array reasons{array::of::texts};
    array outputs{array::of::texts};
    for (const auto& f : batch) {
        const std::int64_t row[] = {f.claim.id,
                                    f.claim.token,
                                    static_cast<std::int64_t>(f.state),
                                    std::chrono::microseconds{f.delay}.count(),
                                    microseconds(f.attempt.started),
                                    f.attempt.duration.count(),
                                    f.attempt.status};
        for (std::size_t i = 0; i < columns.size(); ++i)
            columns[i].push(row[i]);
        reasons.push(unless_empty(f.attempt.reason));
        outputs.push(unless_empty(f.attempt.output));
    }
    parameters p{self.clock_ahead()};
    for (auto& each : columns)
        p.add(std::move(each));
    return std::move(p.add(std::move(reasons)).add(std::move(outputs)));
}

/// Begins a transaction that may change which delivery of a key is due, and runs its first statement.
result<rows> begin_with(connection& db, const statement& s, parameters given) {
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&lock_totals});
    all.push_back({&s, std::move(given)});
    auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    return std::move(answers->back());
}

/// Ends it; the other daemons are told.
result<std::vector<rows>> commit_with(connection& db, const session& self, std::vector<command> all,
                                      bool became_due) {
    if (became_due) all.push_back({&announce_deliveries, parameters{self.id}});
    all.push_back({&commit_transaction});
    return db.run(std::move(all));
}

std::vector<delivery_id> ids_of(const rows& all) {
    std::vector<delivery_id> ids;
    for (const auto each : all)
        ids.push_back(each.integer(0));
    return ids;
}

} // namespace

void settle(std::vector<command>& to, const session& self, std::span<const delivery_id> ids) {
    to.push_back({&put_back, parameters{integers(ids)}});
    to.push_back({&advance, parameters{self.clock_ahead(), integers(ids), self.id}});
}

result<finish_answer> finish_deliveries(connection& db, const session& self,
                                        std::span<const finished_delivery> batch, bool ordered) {
    std::vector<delivery_id> ids;
    for (const auto& each : batch)
        ids.push_back(each.claim.id);
    std::vector<command> all;
    all.push_back({&begin_transaction});
    if (ordered) all.push_back({&lock_totals});
    const auto locked = all.size();
    all.push_back({&lock_claims, parameters{integers(ids)}});
    all.push_back({&record_attempts, finish_parameters(self, batch)});
    if (ordered) settle(all, self, ids);
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    const auto held = read_locked_claims(answers->at(locked));
    finish_answer answer;
    std::vector<claim> given_up; // by others, while the attempt ran
    for (const auto& each : batch) {
        const auto found = held.find(each.claim.id);
        if (found == held.end()) continue; // it is not there any more
        if (found->second.token != each.claim.token)
            answer.fenced.push_back(each.claim.id);
        else if (!found->second.waits)
            given_up.push_back(each.claim);
        else if (each.state != delivery_state::pending)
            ++answer.ended;
    }
    // What was recorded is recorded, whether or not this succeeds: then the leases end by themselves.
    if (!given_up.empty() && !release_claims(db, self, given_up)) db.roll_back();
    return answer;
}

result<std::vector<delivery_id>> plan_deliveries(connection& db, const session& self,
                                                 std::span<const event_plan> plans) {
    array events{array::of::integers};
    array handlers{array::of::texts};
    array ordered{array::of::booleans};
    array blocks{array::of::booleans};
    for (const auto& each : plans) {
        for (const auto& d : each.deliveries) {
            events.push(each.offset);
            handlers.push(std::string_view{d.handler});
            ordered.push(d.ordering != ordering::none);
            blocks.push(d.ordering == ordering::block);
        }
    }
    if (events.size() == 0) return std::vector<delivery_id>{};
    auto planned = begin_with(db, plan_again_statement(),
                              parameters{self.clock_ahead(), std::move(events), std::move(handlers),
                                         std::move(ordered), std::move(blocks)});
    if (!planned) return planned.error();
    auto ids = ids_of(*planned);
    std::sort(ids.begin(), ids.end());
    if (auto done = commit_with(db, self, {}, !ids.empty()); !done) return done.error();
    return ids;
}

result<retry_answer> retry_deliveries(connection& db, const session& self, const delivery_filter& filter,
                                      std::size_t limit) {
    // One that is named by its id may also be discarded, or wait for its next attempt.
    const bool any_state = filter.id && filter.state != delivery_state::failed;
    auto wanted = filter;
    wanted.state = delivery_state::failed;
    if (any_state) wanted.state.reset();
    delivery_condition where{wanted};
    if (any_state) where.sql += " AND d.state IN (2, 3)";
    auto sql = replaced(revive, "{ahead}", where.add(self.clock_ahead()));
    sql =
        replaced(std::move(sql), "{order}", filter.cause ? "coalesce(d.finished, d.planned), d.id" : "d.id");
    sql = replaced(std::move(sql), "{limit}", where.add(at_most(limit)));
    sql = replaced(std::move(sql), "{where}", where.sql);
    const statement dynamic{sql.c_str(), "retry deliveries", false};
    const auto revived = begin_with(db, dynamic, std::move(where.given));
    if (!revived) return revived.error();
    const auto ids = ids_of(*revived);
    retry_answer answer{ids.size(), ids.size()};
    if (ids.empty() && any_state) {
        const auto hastened = db.run_one(hasten, parameters{self.clock_ahead(), *filter.id});
        if (!hastened) return hastened.error();
        answer.retried = static_cast<std::size_t>(hastened->changed());
    }
    std::vector<command> rest;
    if (!ids.empty()) settle(rest, self, ids);
    if (auto done = commit_with(db, self, std::move(rest), answer.retried > 0); !done) return done.error();
    return answer;
}

// Any failed ones: none is better than another.
result<std::size_t> discard_deliveries(connection& db, const session& self, const delivery_filter& filter,
                                       const discard_record& how, std::size_t limit) {
    auto failed = filter;
    failed.state = delivery_state::failed;
    delivery_condition where{failed};
    auto sql = replaced(discard, "{at}", where.add(microseconds(how.at)));
    sql = replaced(std::move(sql), "{by}", where.add(how.by));
    sql = replaced(std::move(sql), "{reason}", where.add(how.reason));
    sql = replaced(std::move(sql), "{limit}", where.add(at_most(limit)));
    sql = replaced(std::move(sql), "{where}", where.sql);
    const statement dynamic{sql.c_str(), "discard deliveries", false};
    const auto discarded = begin_with(db, dynamic, std::move(where.given));
    if (!discarded) return discarded.error();
    const auto ids = ids_of(*discarded);
    std::vector<command> rest;
    if (!ids.empty()) settle(rest, self, ids);
    if (auto done = commit_with(db, self, std::move(rest), !ids.empty()); !done) return done.error();
    return ids.size();
}

result<std::size_t> call_back_deliveries(connection& db, const session& self, std::string_view handler,
                                         std::chrono::milliseconds most, std::size_t limit) {
    const std::chrono::microseconds least = of_no_account;
    const auto beyond = std::max<std::chrono::microseconds>(most, least);
    const auto called =
        begin_with(db, call_back,
                   parameters{self.clock_ahead(), handler, least.count(), beyond.count(), at_most(limit)});
    if (!called) return called.error();
    const auto many = static_cast<std::size_t>(called->changed());
    if (auto done = commit_with(db, self, {}, many > 0); !done) return done.error();
    return many;
}

result<std::size_t> fail_waiting_deliveries(connection& db, const session& self, std::string_view handler,
                                            std::string_view reason, std::size_t limit) {
    const auto failed = begin_with(db, fail_waiting,
                                   parameters{self.clock_ahead(), handler, unless_empty(reason),
                                              at_most(limit), self.id, std::int64_t{silent_for.count()}});
    if (!failed) return failed.error();
    const auto many = static_cast<std::size_t>(failed->changed());
    if (auto done = commit_with(db, self, {}, false); !done) return done.error();
    return many;
}

} // namespace webhookd::store::postgres
