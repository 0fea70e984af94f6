#include <webhookd/store/sqlite.hpp>

#include "support/store_events.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace webhookd;
using namespace std::chrono_literals;

TEST_CASE("deliveries are counted by their state, with SQLite alone", "[support][store_file]") {
    const test::temp_directory directory;
    const auto file = directory / "events.db";
    const auto now = timestamp{1'800'000'000s};
    {
        const auto store = store::open_sqlite_store({.file = file}).value();
        auto events = test::make_events("evt_", 4);
        for (auto& event : events)
            event.deliveries = {{"crm"}};
        REQUIRE(store->append(events).has_value());
        const auto claimed = store->claim({.handler = "crm", .lease = 1min, .limit = 3}).value();
        REQUIRE(claimed.deliveries.size() == 3);
        std::vector<store::finished_delivery> ended;
        for (const auto& each : claimed.deliveries)
            ended.push_back({each.claim,
                             store::delivery_state::successful,
                             {},
                             {now + std::chrono::seconds(each.claim.id), 1ms, 200, {}, {}}});
        ended[1].state = store::delivery_state::failed;
        ended[2].state = store::delivery_state::pending;
        ended[2].delay = 1h;
        REQUIRE(store->finish(ended).has_value());
    }
    const auto kept = test::summarize_deliveries(file);
    CHECK(kept.successful == 1);
    CHECK(kept.failed == 1);
    CHECK(kept.pending == 2);
    CHECK(kept.attempts == 3);
    CHECK(kept.first_started == now + 1s);
}
