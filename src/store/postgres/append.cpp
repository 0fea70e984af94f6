#include "store/postgres/append.hpp"

#include "store/postgres/append_columns.hpp"
#include "store/postgres/delivery_writer.hpp"

#include <boost/container_hash/hash.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace webhookd::store::postgres {
namespace {

constexpr statement add_keys{
    "INSERT INTO keys (kid, jwk) SELECT g.kid, g.jwk FROM unnest($1::text[], $2::text[]) AS g (kid, jwk) "
    "WHERE NOT EXISTS (SELECT 1 FROM keys k WHERE k.jwk = g.jwk) ON CONFLICT (jwk) DO NOTHING",
    "keep a key"};

constexpr statement add_key_origins{
    "INSERT INTO key_origins (key, endpoint, source, fetched) SELECT k.id, g.endpoint, g.source, g.fetched "
    "FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS g (jwk, endpoint, source, fetched) "
    "JOIN keys k ON k.jwk = g.jwk ON CONFLICT (key, endpoint) DO NOTHING",
    "keep a key's origin"};

constexpr std::chrono::seconds others_matter_for{1};

// `totals` is locked, so that nothing can come between what this sees and what it writes. An array of offsets
// takes the place of joins with `numbered`, which would cost the square of the batch.
const statement& keep_events_statement() {
    static const std::string sql = R"sql(
WITH looked AS MATERIALIZED (
    SELECT g.*, e.seq AS known
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
                $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
                $17::text[], $18::text[], $19::bigint[], $20::text[]) WITH ORDINALITY
        AS g (endpoint, event_id, type, at, created, received, user_id, trace_id, api_key, object_type,
              object_id, transaction_id, state, stalled_reason, source, metadata, key, signature, n)
    LEFT JOIN events e ON e.event_id = g.event_id AND e.endpoint = g.endpoint
), numbered AS MATERIALIZED (
    SELECT l.*, CASE WHEN l.known IS NULL
                     THEN t.last_seq + count(*) FILTER (WHERE l.known IS NULL) OVER (ORDER BY l.n) END AS seq
    FROM looked l CROSS JOIN totals t WHERE t.id = 1
), offsets AS MATERIALIZED (
    SELECT array_agg(seq ORDER BY n) AS seq FROM numbered
), kept AS (
    INSERT INTO events (seq, endpoint, event_id, type, at, created, received, user_id, trace_id, api_key,
                        object_type, object_id, transaction_id, state, stalled_reason, source, metadata)
    SELECT seq, endpoint, event_id, type, at, created, received, user_id, trace_id, api_key, object_type,
           object_id, transaction_id, state, stalled_reason, source, metadata
    FROM numbered WHERE seq IS NOT NULL ORDER BY seq
), bodies AS (
    INSERT INTO payloads (seq, key, signature, body)
    SELECT f.seq, (SELECT k.id FROM keys k WHERE k.jwk = ($22::text[])[f.key]), f.signature,
           ($21::bytea[])[f.n]
    FROM numbered f WHERE f.seq IS NOT NULL ORDER BY f.seq
), types AS (
    INSERT INTO event_types AS t (name, events)
    SELECT type, count(*) FROM numbered WHERE seq IS NOT NULL GROUP BY type ORDER BY type
    ON CONFLICT (name) DO UPDATE SET events = t.events + excluded.events
), used AS (
    INSERT INTO consumption (at, seq, endpoint, transaction_id, visas, seals, reviews, level_0, level_1,
                             level_2, level_3, level_4)
    SELECT c.at, o.seq[c.n], c.endpoint, c.transaction_id, f.f[i * 8 - 7], f.f[i * 8 - 6], f.f[i * 8 - 5],
           f.f[i * 8 - 4], f.f[i * 8 - 3], f.f[i * 8 - 2], f.f[i * 8 - 1], f.f[i * 8]
    FROM unnest($28::bigint[], $29::bigint[], $30::text[], $31::text[]) WITH ORDINALITY
        AS c (n, at, endpoint, transaction_id, i)
    CROSS JOIN offsets o CROSS JOIN (SELECT $32::bigint[] AS f) f
    WHERE o.seq[c.n] IS NOT NULL ORDER BY c.i
    ON CONFLICT (transaction_id, endpoint) DO NOTHING
), planned AS MATERIALIZED (
    SELECT p.*, o.seq[p.n] AS event, t.last_delivery + row_number() OVER (ORDER BY p.i) AS id
    FROM unnest($23::bigint[], $24::text[], $25::text[], $26::boolean[], $27::bigint[]) WITH ORDINALITY
        AS p (n, handler, chain, blocks, since, i)
    CROSS JOIN offsets o CROSS JOIN totals t
    WHERE t.id = 1 AND o.seq[p.n] IS NOT NULL
),)sql" + std::string{insert_planned} +
                                   R"sql(, counted AS MATERIALIZED (
    SELECT (SELECT count(*) FROM numbered WHERE seq IS NOT NULL) AS events,
           (SELECT count(*) FROM planned) AS deliveries
), advanced AS (
    UPDATE totals t SET last_seq = t.last_seq + c.events, last_delivery = t.last_delivery + c.deliveries,
                        events = t.events + c.events, plans = t.plans + CASE WHEN c.deliveries > 0 THEN 1 ELSE 0 END
    FROM counted c WHERE t.id = 1 AND c.events > 0
    RETURNING t.last_seq, c.deliveries
), notified AS MATERIALIZED (
    SELECT pg_notify('universign_webhookd', $2::bigint || ' ' || last_seq || ' 1 ' ||
                     CASE WHEN deliveries > 0 THEN '1' ELSE '0' END) FROM advanced
)
SELECT n.seq, n.known, c.deliveries, (SELECT count(*) FROM notified)
FROM numbered n CROSS JOIN counted c ORDER BY n.n
)sql";
    static const statement keep_events{sql.c_str(), "keep events"};
    return keep_events;
}

/// Which event of a batch is the first of its endpoint and id.
class first_of_batch {
public:
    /// The place, among those that are the first, of this event; and whether it is the first itself.
    std::pair<std::size_t, bool> find_or_add(const new_event& e) {
        const auto [at, added] = positions_.try_emplace({e.endpoint, e.envelope.id}, positions_.size());
        return {at->second, added};
    }

private:
    using identity = std::pair<std::string_view, std::string_view>;
    std::unordered_map<identity, std::size_t, boost::hash<identity>> positions_;
};

/// Events that one statement keeps: what it takes, and what comes of it.
class part {
public:
    part(std::span<const new_event> events, const session& self, known_origins& known)
        : origins_(known) {
        batch_columns columns;
        first_of_batch firsts;
        positions_.reserve(events.size());
        for (const auto& e : events) {
            positions_.push_back(firsts.find_or_add(e));
            if (!positions_.back().second) continue;
            columns.add(e);
            origins_.add(e);
        }
        if (columns.has_keys()) commands_.push_back({&add_keys, columns.keys()});
        if (!origins_.empty()) commands_.push_back({&add_key_origins, origins_.take()});
        commands_.push_back({&keep_events_statement(), columns.take(self)});
        statements_ = commands_.size();
    }

    [[nodiscard]] std::vector<command> take_commands() { return std::move(commands_); }

    /// `answers`: from those of these commands on; what is left is others'. Answers the offset of the first
    /// that is accepted; 0: none is.
    event_offset settle(std::span<const rows>& answers, append_answer& answer) {
        const auto& kept = answers[statements_ - 1];
        event_offset first_fresh = 0;
        std::int64_t planned = 0;
        for (const auto& [position, first] : positions_) {
            const auto row = kept.at(static_cast<int>(position));
            const bool fresh = first && !row.is_null(0);
            const auto offset = row.is_null(0) ? row.integer(1) : row.integer(0);
            answer.outcomes.push_back({fresh ? append_status::accepted : append_status::duplicate, offset});
            if (fresh && first_fresh == 0) first_fresh = offset;
            answer.last_offset = std::max(answer.last_offset, offset);
            planned = row.integer(2);
        }
        answer.planned += planned;
        answer.plans += planned > 0 ? 1 : 0;
        answers = answers.subspan(statements_);
        origins_.remember();
        return first_fresh;
    }

private:
    origin_columns origins_;
    std::vector<std::pair<std::size_t, bool>> positions_;
    std::vector<command> commands_;
    std::size_t statements_ = 0;
};

} // namespace

result<append_answer> appender::append(connection& db, const session& self, const batch_source& source) {
    append_answer answer{.batch = source()};
    if (answer.batch.empty()) return answer;
    const bool takes_along = is_contended();

    connection::groups groups(2);
    auto& lock = groups.front();
    lock.push_back({&begin_transaction});
    lock.push_back({&lock_totals});
    part first{answer.batch, self, known_origins_};
    groups.back() = first.take_commands();
    std::optional<part> more;
    // It is our turn. What has come meanwhile follows while the database keeps the first part.
    const auto take_along = [&] {
        std::vector<command> last;
        const auto known = answer.batch.size();
        if (takes_along) answer.batch = source();
        if (answer.batch.size() > known) {
            more.emplace(answer.batch.subspan(known), self, known_origins_);
            last = more->take_commands();
        }
        last.push_back({&commit_transaction});
        return last;
    };
    if (!takes_along) groups.push_back(take_along());
    const auto all = takes_along ? db.run_groups(groups, take_along) : db.run_groups(groups);
    if (!all) return all.error();

    auto answers = std::span{*all}.subspan(groups.front().size());
    auto first_fresh = first.settle(answers, answer);
    if (more) {
        const auto next = more->settle(answers, answer);
        if (first_fresh == 0) first_fresh = next;
    }
    if (first_fresh != 0) note(answer, first_fresh);
    return answer;
}

bool appender::is_contended() const {
    return others_appended_ && std::chrono::steady_clock::now() - *others_appended_ < others_matter_for;
}

void appender::note(const append_answer& answer, event_offset first_fresh) {
    if (first_fresh != last_ + 1) others_appended_ = std::chrono::steady_clock::now();
    last_ = answer.last_offset;
}

} // namespace webhookd::store::postgres
