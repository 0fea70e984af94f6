#include "store/postgres/claims.hpp"

#include "store/event_row.hpp"
#include "store/postgres/event_columns.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace webhookd::store::postgres {
namespace {

constexpr std::int64_t most_claims = 10'000; ///< in one call

// What others are claiming at this moment is passed over. Bodies are measured before they are claimed,
// without reading them. Of a circuit that is not closed there is a row: then its tester alone claims.
std::string claim_sql(projection of) {
    const std::string size = of == projection::full ? "octet_length(p.body)" : "0";
    return R"sql(
WITH due AS MATERIALIZED (
    SELECT d.id, d.event, d.due FROM deliveries d
    WHERE d.state = 0 AND d.handler = $2::text AND d.due <= now_us() + $1::bigint
    AND (d.lease IS NULL OR d.lease <= now_us())
    AND ($7::boolean OR NOT EXISTS (
        SELECT 1 FROM circuits c WHERE c.handler = $2::text
        AND (c.tester <> $6::bigint OR c.tested_until <= now_us())))
    ORDER BY d.due, d.id LIMIT $3::bigint + 1 FOR UPDATE SKIP LOCKED
), sized AS (
    SELECT d.id, row_number() OVER w AS place, sum()sql" +
           size + R"sql() OVER w AS size
    FROM due d LEFT JOIN payloads p ON p.seq = d.event WINDOW w AS (ORDER BY d.due, d.id)
), token AS MATERIALIZED (
    SELECT nextval('claim_tokens') AS number
), claimed AS (
    UPDATE deliveries d SET token = t.number, holder = $6::bigint, lease = now_us() + $5::bigint
    FROM sized s CROSS JOIN token t
    WHERE d.id = s.id AND s.place <= $3::bigint AND (s.place = 1 OR s.size <= $4::bigint)
    RETURNING d.id, d.attempts, d.forgiven, d.since, d.chain, d.event, d.due, d.token
)
SELECT c.id, c.attempts, c.forgiven, c.since, c.chain IS NOT NULL, )sql" +
           event_columns(of) +
           ", c.token, (SELECT count(*) FROM due) FROM claimed c JOIN events e ON e.seq = c.event" +
           event_joins(of) + " ORDER BY c.due, c.id";
}

const statement& claim_statement(projection of) {
    static const std::string whole = claim_sql(projection::full);
    static const std::string envelopes = claim_sql(projection::envelope_only);
    static const statement claim_whole{whole.c_str(), "claim deliveries"};
    static const statement claim_envelopes{envelopes.c_str(), "claim deliveries"};
    return of == projection::full ? claim_whole : claim_envelopes;
}

// Until the next of those becomes due that are not; or until another session's claim ends, of those that are
// due first: its session may have died.
constexpr statement find_next_due{R"sql(
SELECT least(
    (SELECT min(due) - (now_us() + $1::bigint) FROM deliveries
     WHERE state = 0 AND handler = $2::text AND due > now_us() + $1::bigint),
    (SELECT min(f.lease) - now_us() FROM (
         SELECT d.lease, d.holder FROM deliveries d
         WHERE d.state = 0 AND d.handler = $2::text AND d.due <= now_us() + $1::bigint
         ORDER BY d.due, d.id LIMIT 1000) f
     WHERE f.holder <> $3::bigint AND f.lease > now_us())),
    EXISTS (SELECT 1 FROM circuits c WHERE c.handler = $2::text
            AND (c.tester <> $3::bigint OR c.tested_until <= now_us()))
)sql",
                                  "look for the next delivery"};

// Also of what was given up meanwhile, by an erasure for instance: who waits for its end sees that it runs.
constexpr statement extend_lease{
    "UPDATE deliveries d SET lease = now_us() + $1::bigint FROM unnest($2::bigint[], $3::bigint[]) "
    "AS g (id, token) WHERE d.id = g.id AND d.token = g.token",
    "extend claims"};

constexpr statement release_claim{
    "UPDATE deliveries d SET token = NULL, holder = NULL, lease = NULL "
    "FROM unnest($1::bigint[], $2::bigint[]) AS g (id, token) WHERE d.id = g.id AND d.token = g.token",
    "release claims"};

// No offset is known here: 0 tells of none.
constexpr statement announce_release{"SELECT pg_notify('universign_webhookd', $1::bigint || ' 0 0 1')",
                                     "notify other daemons"};

std::pair<array, array> columns_of(std::span<const claim> claims) {
    std::pair all{array{array::of::integers}, array{array::of::integers}};
    for (const auto& each : claims) {
        all.first.push(each.id);
        all.second.push(each.token);
    }
    return all;
}

array ids_of_claims(std::span<const claim> claims) {
    return columns_of(claims).first;
}

} // namespace

result<claim_answer> claim_deliveries(connection& db, const session& self, const claim_request& request) {
    const auto limit = std::min<std::int64_t>(most_claims, at_most(request.limit));
    const auto most_bytes = static_cast<std::int64_t>(std::min<std::size_t>(request.max_bytes, INT64_MAX));
    const std::chrono::microseconds lease = request.lease;
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&claim_statement(request.of),
                   parameters{self.clock_ahead(), request.handler, limit, most_bytes,
                              std::int64_t{lease.count()}, self.id, request.despite_circuit}});
    all.push_back({&find_next_due, parameters{self.clock_ahead(), request.handler, self.id}});
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();

    claim_answer answer;
    const int token = 5 + count_event_columns(request.of);
    const auto& claimed = answers->at(1);
    for (const auto row : claimed) {
        answer.deliveries.push_back(read_claim(row, request.of));
        answer.deliveries.back().claim.token = row.integer(token);
        answer.more = row.integer(token + 1) > claimed.size();
    }
    const auto next = answers->at(2).at(0);
    if (!next.is_null(0)) answer.next_due = std::chrono::microseconds{next.integer(0)};
    answer.circuit_open = !request.despite_circuit && next.integer(1) != 0;
    return answer;
}

result<std::vector<delivery_id>> extend_claims(connection& db, std::span<const claim> claims,
                                               std::chrono::milliseconds lease) {
    auto [ids, tokens] = columns_of(claims);
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&lock_claims, parameters{ids_of_claims(claims)}});
    all.push_back({&extend_lease, parameters{std::int64_t{std::chrono::microseconds{lease}.count()},
                                             std::move(ids), std::move(tokens)}});
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    const auto held = read_locked_claims(answers->at(1));
    std::vector<delivery_id> lost;
    for (const auto& each : claims) {
        const auto found = held.find(each.id);
        if (found == held.end() || found->second.token != each.token) lost.push_back(each.id);
    }
    return lost;
}

result<void> release_claims(connection& db, const session& self, std::span<const claim> claims) {
    auto [ids, tokens] = columns_of(claims);
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&lock_claims, parameters{ids_of_claims(claims)}});
    all.push_back({&release_claim, parameters{std::move(ids), std::move(tokens)}});
    all.push_back({&announce_release, parameters{self.id}});
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    return {};
}

std::unordered_map<delivery_id, locked_claim> read_locked_claims(const rows& answer) {
    std::unordered_map<delivery_id, locked_claim> all;
    for (const auto row : answer)
        all.emplace(row.integer(0), locked_claim{row.integer(1), row.integer(2) != 0});
    return all;
}

void own_claims::add(std::span<const claimed_delivery> claimed) {
    const std::lock_guard lock{mutex_};
    for (const auto& each : claimed)
        held_[each.claim.id] = {each.claim.token, each.is_ordered};
}

void own_claims::remove(std::span<const claim> claims) {
    const std::lock_guard lock{mutex_};
    for (const auto& each : claims)
        remove_one(each);
}

void own_claims::remove(std::span<const finished_delivery> batch) {
    const std::lock_guard lock{mutex_};
    for (const auto& each : batch)
        remove_one(each.claim);
}

void own_claims::remove_one(const claim& c) {
    const auto found = held_.find(c.id);
    if (found != held_.end() && found->second.token == c.token) held_.erase(found);
}

bool own_claims::may_be_ordered(std::span<const finished_delivery> batch) const {
    const std::lock_guard lock{mutex_};
    return std::any_of(batch.begin(), batch.end(), [this](const finished_delivery& each) {
        const auto found = held_.find(each.claim.id);
        return found == held_.end() || found->second.token != each.claim.token || found->second.is_ordered;
    });
}

std::vector<claim> own_claims::all() const {
    const std::lock_guard lock{mutex_};
    std::vector<claim> claims;
    for (const auto& [id, each] : held_)
        claims.push_back({id, each.token});
    return claims;
}

} // namespace webhookd::store::postgres
