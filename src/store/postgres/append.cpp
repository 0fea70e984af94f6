#include "store/postgres/append.hpp"

#include <webhookd/event/envelope.hpp>

#include "store/event_row.hpp"
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
constexpr std::size_t most_known_origins = 256; ///< far more than an installation has of one fetch

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

/// Each JWK once, and its number from 1.
class key_column {
public:
    std::optional<std::int64_t> number_of(const std::shared_ptr<const key_text>& key) {
        if (!key) return std::nullopt;
        const auto [at, added] = ids_.try_emplace(key->jwk, static_cast<std::int64_t>(ids_.size()) + 1);
        if (added) {
            kids_.push(std::string_view{key->kid});
            jwks_.push(std::string_view{key->jwk});
            again_.push(std::string_view{key->jwk});
        }
        return at->second;
    }
    [[nodiscard]] bool empty() const noexcept { return ids_.empty(); }
    [[nodiscard]] parameters to_add() { return parameters{std::move(kids_), std::move(jwks_)}; }
    [[nodiscard]] array&& take() { return std::move(again_); }

private:
    std::unordered_map<std::string_view, std::int64_t> ids_;
    array kids_{array::of::texts};
    array jwks_{array::of::texts};
    array again_{array::of::texts};
};

/// The origins of a batch's keys that are not known to be kept.
class origin_columns {
public:
    explicit origin_columns(known_origins& known)
        : known_(known) {}

    void add(const new_event& e) {
        if (!e.key || !e.key->origin) return;
        known_origins::value_type of{e.key, e.endpoint};
        if (known_.contains(of) || !fresh_.insert(std::move(of)).second) return;
        jwks_.push(std::string_view{e.key->jwk});
        endpoints_.push(std::string_view{e.endpoint});
        sources_.push(std::string_view{e.key->origin->source});
        fetched_.push(microseconds(e.key->origin->fetched));
    }
    [[nodiscard]] bool empty() const noexcept { return fresh_.empty(); }
    [[nodiscard]] parameters take() {
        return parameters{std::move(jwks_), std::move(endpoints_), std::move(sources_), std::move(fetched_)};
    }
    /// Once they are committed.
    void remember() {
        if (known_.size() + fresh_.size() > most_known_origins) known_.clear();
        known_.merge(fresh_);
    }

private:
    known_origins& known_;
    known_origins fresh_;
    array jwks_{array::of::texts};
    array endpoints_{array::of::texts};
    array sources_{array::of::texts};
    array fetched_{array::of::integers};
};

/// The columns of the events of a batch, of their deliveries and of what they used.
class batch_columns {
public:
    void add(const new_event& e) {
        ++events_;
        const auto& v = e.envelope;
        const std::string_view texts[] = {e.endpoint,       v.id,       v.type,           v.user_id,
                                          v.trace_id,       v.api_key,  v.object_type,    v.object_id,
                                          v.transaction_id, v.state,    v.stalled_reason, e.source,
                                          e.metadata,       e.signature};
        for (std::size_t i = 0; i < std::size(texts); ++i)
            texts_[i].push(i < required ? std::optional{texts[i]} : unless_empty(texts[i]));
        at_.push(microseconds(instant_of(v, e.received)));
        created_.push(v.created ? std::optional{microseconds(*v.created)} : std::nullopt);
        received_.push(microseconds(e.received));
        key_.push(keys_.number_of(e.key));
        body_.push(bytes{e.body});
        for (const auto& each : e.deliveries)
            add_delivery(e, each);
        if (e.consumption) add_consumption(e);
    }

    [[nodiscard]] bool has_keys() const noexcept { return !keys_.empty(); }
    [[nodiscard]] parameters keys() { return keys_.to_add(); }

    [[nodiscard]] parameters take(const session& self) {
        parameters p{self.clock_ahead(), self.id};
        for (std::size_t i = 0; i < required; ++i)
            p.add(std::move(texts_[i]));
        p.add(std::move(at_)).add(std::move(created_)).add(std::move(received_));
        for (std::size_t i = required; i < texts_.size() - 1; ++i)
            p.add(std::move(texts_[i]));
        p.add(std::move(key_)).add(std::move(texts_.back())).add(std::move(body_)).add(keys_.take());
        for (auto* each : {&event_, &handler_, &ordering_key_, &blocks_, &since_})
            p.add(std::move(*each));
        for (auto* each : {&used_event_, &used_at_, &used_endpoint_, &used_transaction_, &figures_})
            p.add(std::move(*each));
        return p;
    }

private:
    static constexpr std::size_t required = 3; ///< of the texts: they are never NULL

    void add_delivery(const new_event& e, const planned_delivery& d) {
        const auto key = event::ordering_key(e.envelope);
        event_.push(events_);
        handler_.push(std::string_view{d.handler});
        ordering_key_.push(d.ordering == ordering::none ? std::nullopt : unless_empty(key));
        blocks_.push(d.ordering == ordering::block);
        since_.push(microseconds(e.received));
    }

    void add_consumption(const new_event& e) {
        const auto& v = e.envelope;
        used_event_.push(events_);
        used_at_.push(microseconds(instant_of(v, e.received)));
        used_endpoint_.push(std::string_view{e.endpoint});
        used_transaction_.push(std::string_view{v.transaction_id.empty() ? v.id : v.transaction_id});
        for (const auto figure : {e.consumption->visas, e.consumption->seals, e.consumption->reviews})
            figures_.push(figure);
        for (const auto figure : e.consumption->signatures_by_level)
            figures_.push(figure);
    }

    std::int64_t events_ = 0;
    std::vector<array> texts_ = std::vector<array>(14, array{array::of::texts});
    array at_{array::of::integers};
    array created_{array::of::integers};
    array received_{array::of::integers};
    array key_{array::of::integers};
    array body_{array::of::bytes};
    key_column keys_;
    // Of deliveries:
    array event_{array::of::integers};
    array handler_{array::of::texts};
    array ordering_key_{array::of::texts};
    array blocks_{array::of::booleans};
    array since_{array::of::integers};
    // Of completed transactions:
    array used_event_{array::of::integers};
    array used_at_{array::of::integers};
    array used_endpoint_{array::of::texts};
    array used_transaction_{array::of::texts};
    array figures_{array::of::integers};
};

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

/// A transaction that others wait for, up to its end: nothing may come between.
result<void> begin(connection& db) {
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&lock_totals});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    return {};
}

} // namespace

result<append_answer> appender::append(connection& db, const session& self, const batch_source& source) {
    using std::chrono::steady_clock;
    const bool takes_turns = others_appended_ && steady_clock::now() - *others_appended_ < others_matter_for;
    if (takes_turns)
        if (auto turn = begin(db); !turn) return turn.error();
    append_answer answer{.batch = source()};
    if (answer.batch.empty()) {
        db.roll_back();
        return answer;
    }

    batch_columns columns;
    origin_columns origins{known_origins_};
    first_of_batch firsts;
    std::vector<std::pair<std::size_t, bool>> positions;
    positions.reserve(answer.batch.size());
    for (const auto& e : answer.batch) {
        positions.push_back(firsts.find_or_add(e));
        if (!positions.back().second) continue;
        columns.add(e);
        origins.add(e);
    }
    std::vector<command> all;
    if (!takes_turns) {
        all.push_back({&begin_transaction});
        all.push_back({&lock_totals});
    }
    if (columns.has_keys()) all.push_back({&add_keys, columns.keys()});
    if (!origins.empty()) all.push_back({&add_key_origins, origins.take()});
    all.push_back({&keep_events_statement(), columns.take(self)});
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    origins.remember();
    const auto& kept = answers->at(answers->size() - 2);

    event_offset first_fresh = 0;
    for (const auto& [position, first] : positions) {
        const auto row = kept.at(static_cast<int>(position));
        const bool fresh = first && !row.is_null(0);
        const auto offset = row.is_null(0) ? row.integer(1) : row.integer(0);
        answer.outcomes.push_back({fresh ? append_status::accepted : append_status::duplicate, offset});
        if (fresh && first_fresh == 0) first_fresh = offset;
        answer.last_offset = std::max(answer.last_offset, offset);
        answer.planned = row.integer(2);
    }
    if (first_fresh != 0) {
        if (first_fresh != last_ + 1) others_appended_ = steady_clock::now();
        last_ = answer.last_offset;
    }
    return answer;
}

} // namespace webhookd::store::postgres
