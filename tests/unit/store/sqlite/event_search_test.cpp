#include "store/sqlite/event_search.hpp"
#include "support/measured_database.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <optional>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;

namespace {

constexpr int many = 20'000;
constexpr std::int64_t few_steps = many / 2; // to pass over every event takes several for each

/// So many events of one instant, and one before and after it.
constexpr const char* fill = R"sql(
    INSERT INTO endpoints (id, name) VALUES (1, 'production');
    INSERT INTO event_types (id, name) VALUES (1, 'action.opened');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO events (seq, endpoint, event_id, type, at, received)
            SELECT i, 1, 'evt_' || i, 1, 1000, 1000 FROM n;
    UPDATE events SET at = 999 WHERE seq = 10000;
    UPDATE events SET at = 1001 WHERE seq = 10001;
)sql";

constexpr timestamp shared_instant{std::chrono::microseconds{1000}};

struct fixture : test::measured_database {
    fixture()
        : measured_database(fill) {}
    std::vector<event_offset> page(bool oldest_first, std::optional<event_position> beyond,
                                   std::size_t limit = 3) {
        const test::step_count counting{db};
        const event_search wanted{.beyond = beyond, .oldest_first = oldest_first, .limit = limit};
        std::vector<event_offset> offsets;
        for (const auto& each : sqlite::search_events(db, wanted).value())
            offsets.push_back(each.offset);
        steps = counting.steps;
        return offsets;
    }
};

using offsets = std::vector<event_offset>;

} // namespace

TEST_CASE("a page begins within many events of one instant without a look at those before it", "[store]") {
    fixture f;
    CHECK(f.page(false, std::nullopt, many).size() == many);
    CHECK(f.steps > few_steps); // or nothing is measured
    CHECK(f.page(false, event_position{shared_instant, 1003}) == offsets{1002, 1001, 1000});
    CHECK(f.steps < few_steps);
    CHECK(f.page(true, event_position{shared_instant, 18'000}) == offsets{18'001, 18'002, 18'003});
    CHECK(f.steps < few_steps);
}

TEST_CASE("a page goes on with another instant where the one of its beginning ends", "[store]") {
    fixture f;
    CHECK(f.page(false, event_position{shared_instant, 2}) == offsets{1, 10'000});
    CHECK(f.page(true, event_position{shared_instant, 19'999}) == offsets{20'000, 10'001});
    CHECK(f.page(false, std::nullopt) == offsets{10'001, 20'000, 19'999});
    CHECK(f.page(true, std::nullopt) == offsets{10'000, 1, 2});
}
