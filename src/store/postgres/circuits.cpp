#include "store/postgres/circuits.hpp"

#include <utility>

namespace webhookd::store::postgres {
namespace {

constexpr std::chrono::microseconds forgotten_after = std::chrono::hours{24};

// The time of an opening is over also when more than all of it is left: then the database's clock went back.
// One that is open already stays as it is, unless its tester opens it again, or its time is over and nobody
// tests it.
constexpr statement keep_opening{R"sql(
INSERT INTO circuits AS c (handler, opening, until, lasts, tester, tested_until)
VALUES ($1::text, nextval('claim_tokens'), now_us() + $2::bigint, $2::bigint, 0, 0)
ON CONFLICT (handler) DO UPDATE SET
    opening = excluded.opening, until = excluded.until, lasts = excluded.lasts, tester = 0, tested_until = 0
WHERE c.tester = $3::bigint
   OR (c.until - now_us() NOT BETWEEN 1 AND c.lasts AND c.tested_until <= now_us())
)sql",
                                 "open a circuit"};

constexpr statement find_opening{"SELECT opening FROM circuits WHERE handler = $1::text", "open a circuit"};

constexpr statement forget_openings{
    "DELETE FROM circuits WHERE greatest(until, tested_until) < now_us() - $1::bigint",
    "forget circuits that nobody tests"};

// Of two that ask at once, the second waits for the first and looks again.
constexpr statement take_test{R"sql(
UPDATE circuits c SET tester = $2::bigint, tested_until = now_us() + $3::bigint
WHERE c.handler = $1::text AND c.until - now_us() NOT BETWEEN 1 AND c.lasts
AND (c.tester IN (0, $2::bigint) OR c.tested_until <= now_us())
RETURNING c.opening
)sql",
                              "take the test of a circuit"};

constexpr statement remove_opening{
    "WITH closed AS (DELETE FROM circuits WHERE handler = $1::text AND opening = $2::bigint RETURNING "
    "opening) SELECT pg_notify('universign_webhookd', $3::bigint || ' 0 0 0 0 1') FROM closed",
    "close a circuit"};

constexpr statement announce_circuits{"SELECT pg_notify('universign_webhookd', $1::bigint || ' 0 0 0 0 1')",
                                      "notify other daemons"};

constexpr statement read_circuits{R"sql(
SELECT handler, opening,
    greatest(CASE WHEN until - now_us() BETWEEN 1 AND lasts THEN until - now_us() ELSE 0 END,
             CASE WHEN tester NOT IN (0, $1::bigint) THEN tested_until - now_us() ELSE 0 END),
    tester = $1::bigint AND tested_until > now_us()
FROM circuits ORDER BY handler
)sql",
                                  "list circuits"};

constexpr statement clear_tests{"UPDATE circuits SET tester = 0, tested_until = 0 WHERE tester = $1::bigint",
                                "give up tests"};

std::int64_t in_microseconds(std::chrono::milliseconds duration) {
    return std::chrono::microseconds{duration}.count();
}

} // namespace

result<std::int64_t> open_circuit(connection& db, const session& self, std::string_view handler,
                                  std::chrono::milliseconds open_for) {
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&forget_openings, parameters{std::int64_t{forgotten_after.count()}}});
    all.push_back({&keep_opening, parameters{handler, in_microseconds(open_for), self.id}});
    all.push_back({&find_opening, parameters{handler}});
    all.push_back({&announce_circuits, parameters{self.id}});
    all.push_back({&commit_transaction});
    const auto answers = db.run(std::move(all));
    if (!answers) return answers.error();
    const auto& kept = answers->at(3);
    if (kept.empty()) return failure{errc::store_corrupt, "a circuit that was opened is missing"};
    return kept.at(0).integer(0);
}

result<bool> try_test_circuit(connection& db, const session& self, std::string_view handler,
                              std::chrono::milliseconds lease) {
    const auto taken = db.run_one(take_test, parameters{handler, self.id, in_microseconds(lease)});
    if (!taken) return taken.error();
    return !taken->empty();
}

result<void> close_circuit(connection& db, const session& self, std::string_view handler,
                           std::int64_t opening) {
    const auto done = db.run_one(remove_opening, parameters{handler, opening, self.id});
    if (!done) return done.error();
    return {};
}

result<std::vector<circuit_record>> list_open_circuits(connection& db, const session& self) {
    const auto found = db.run_one(read_circuits, parameters{self.id});
    if (!found) return found.error();
    std::vector<circuit_record> all;
    for (const auto row : *found)
        all.push_back(
            {row.text(0), row.integer(1), std::chrono::microseconds{row.integer(2)}, row.integer(3) != 0});
    return all;
}

result<void> give_up_tests(connection& db, const session& self) {
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&clear_tests, parameters{self.id}});
    all.push_back({&announce_circuits, parameters{self.id}});
    all.push_back({&commit_transaction});
    const auto done = db.run(std::move(all));
    if (!done) return done.error();
    return {};
}

} // namespace webhookd::store::postgres
