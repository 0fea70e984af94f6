#include "store/sqlite/delivery_reader.hpp"
#include "support/measured_database.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace std::chrono_literals;
using sqlite::delivery_reader;

namespace {

constexpr int many = 20'000;
constexpr std::int64_t few_steps = many / 2; // to look at every delivery takes several for each

/// So many deliveries, one planned a minute after the other from 1970 on; all were successful, but for a few
/// of the oldest: 5 and 7 wait, 11 has failed, 13 was discarded.
constexpr const char* fill = R"sql(
    INSERT INTO endpoints (id, name) VALUES (1, 'production');
    INSERT INTO event_types (id, name) VALUES (1, 'action.opened');
    INSERT INTO handlers (id, name) VALUES (1, 'crm');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO events (seq, endpoint, event_id, type, at, received)
            SELECT i, 1, 'evt_' || i, 1, i, i FROM n;
    INSERT INTO deliveries (id, event, handler, state, blocks, attempts, forgiven, planned, since)
        SELECT seq, seq, 1, 1, 0, 1, 0, seq * 60000000, 0 FROM events;
    UPDATE deliveries SET state = 0, due = 0 WHERE id IN (5, 7);
    UPDATE deliveries SET state = 2 WHERE id = 11;
    UPDATE deliveries SET state = 3 WHERE id = 13;
    INSERT INTO discards (delivery, number, at, by, reason) VALUES (13, 1, 0, 'ops', 'gone');
)sql";

struct fixture : test::measured_database {
    fixture()
        : measured_database(fill) {}
    std::vector<delivery_id> list(const delivery_filter& filter, std::size_t limit = 10) {
        const test::step_count counting{db};
        std::vector<delivery_id> ids;
        for (const auto& each : delivery_reader::list(db, filter, std::nullopt, limit).value())
            ids.push_back(each.id);
        steps = counting.steps;
        return ids;
    }
};

using ids = std::vector<delivery_id>;
constexpr timestamp beginning{};

} // namespace

TEST_CASE("few deliveries among many are found without a look at all of them", "[store]") {
    fixture f;
    CHECK(f.list({}, many).size() == many);
    CHECK(f.steps > few_steps); // or nothing is measured
    CHECK(f.list({.state = delivery_state::pending}) == ids{7, 5});
    CHECK(f.steps < few_steps);
    CHECK(f.list({.state = delivery_state::pending, .handler = "crm"}) == ids{7, 5});
    CHECK(f.steps < few_steps);
    CHECK(f.list({.state = delivery_state::failed}) == ids{11});
    CHECK(f.steps < few_steps);
    CHECK(f.list({.state = delivery_state::discarded}) == ids{13});
    CHECK(f.steps < few_steps);
}

TEST_CASE("a period is found without a look at what is younger or older", "[store]") {
    fixture f;
    CHECK(f.list({.before = beginning + 4min}) == ids{3, 2, 1});
    CHECK(f.steps < few_steps);
    CHECK(f.list({.after = beginning + (many - 2) * 1min}) == ids{many, many - 1});
    CHECK(f.steps < few_steps);
    CHECK(f.list({.after = beginning + 10'000min, .before = beginning + 10'003min}) == ids{10'002, 10'001});
    CHECK(f.steps < few_steps);
    CHECK(f.list({.after = beginning + many * 2min}).empty());
    CHECK(f.steps < few_steps);
    CHECK(f.list({.state = delivery_state::successful, .handler = "crm", .before = beginning + 7min}) ==
          ids{6, 4, 3, 2, 1});
    CHECK(f.steps < few_steps);
}
