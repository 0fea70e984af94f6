#include "support/fault_vfs.hpp"
#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

TEST_CASE("a batch costs one sync, and a batch of duplicates neither a sync nor a write", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    store_fixture f{sqlite_at(dir / "events.db", disk.name())};
    f.keep(make_event("evt_0")); // the first one also starts the journal

    const auto batch = make_events("evt_", 200);
    const auto before = disk.calls_on("events.db-wal");
    REQUIRE(f.kept->append(batch).has_value());
    const auto after = disk.calls_on("events.db-wal");
    CHECK(after.syncs - before.syncs == 1);
    CHECK(after.writes > before.writes);

    auto again = batch;
    again[7].envelope.type = "never.seen.before"; // a duplicate does not even leave a name
    const auto outcomes = f.kept->append(again);
    REQUIRE(outcomes.has_value());
    for (const auto& outcome : *outcomes)
        CHECK(outcome.status == append_status::duplicate);
    CHECK(disk.calls_on("events.db-wal").syncs == after.syncs);
    CHECK(disk.calls_on("events.db-wal").writes == after.writes);
}
