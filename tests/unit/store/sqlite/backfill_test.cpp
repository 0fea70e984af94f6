#include "store/sqlite/backfill.hpp"
#include "store/sqlite/schema.hpp"
#include "support/fault_vfs.hpp"
#include "support/old_store.hpp"
#include "support/store_file.hpp"
#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;
using sqlite::connection;

namespace {

connection connect(const std::filesystem::path& file, const std::string& vfs = {}) {
    return connection::open(file, vfs, connection::access::read_write, 1000).value();
}

/// A database as programs of version 5 have left it, with gaps among its offsets and failed deliveries.
void make_version_5(const std::filesystem::path& file) {
    {
        store_fixture f{sqlite_at(file)};
        for (int i = 0; i < 12; ++i) {
            auto e = make_event("evt_" + std::to_string(i));
            e.envelope.created = noon + i * 5h;
            e.envelope.type = i % 3 == 0 ? "action.opened" : "action.closed";
            e.envelope.transaction_id = "tx_" + std::to_string(i);
            e.deliveries = {crm};
            f.keep(e);
        }
        for (delivery_id id = 1; id <= 9; ++id)
            f.finish(id, id % 4 == 0 ? delivery_state::successful : delivery_state::failed);
        const event_offset purged[]{1, 5, 6};
        REQUIRE(f.kept->purge(purged, purge_scope::event, 1024 * 1024));
        f.erase({7});
    }
    auto db = connect(file);
    REQUIRE(db.execute(back_to_version_5, "make an old database"));
    db.checkpoint_on_close(true);
}

using groups = std::map<std::string, std::int64_t>;

void check_counts(const std::filesystem::path& file) {
    store_fixture f{sqlite_at(file)};
    const timestamp midnight = noon - 12h;
    const auto days = f.kept->histogram({.begin = midnight, .interval = 24h, .intervals = 4}).value();
    const auto minutes =
        f.kept->histogram({.begin = midnight, .interval = 60s, .intervals = 4 * 1440}).value();
    REQUIRE(days.size() == 2);
    CHECK(days[0].counts == std::vector<std::int64_t>{2, 1, 3, 0});
    CHECK(days[1].counts == std::vector<std::int64_t>{0, 2, 1, 0});
    REQUIRE(minutes.size() == 2);
    groups found;
    for (const auto& each : f.kept->failure_groups({}, 10).value())
        found[each.cause] = each.deliveries;
    CHECK(found == groups{{"no", 3}, {"the transaction was erased", 1}});
}

/// Whether something is not counted yet.
bool is_unfinished(const std::filesystem::path& file) {
    return connect(file).integer("SELECT count(*) FROM backfill", "look").value() != 0;
}

} // namespace

TEST_CASE("the events and failures of a database of version 5 are counted at the start",
          "[store][backfill]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    make_version_5(file);
    check_counts(file);
    CHECK_FALSE(is_unfinished(file));
    check_counts(file);
}

TEST_CASE("what was kept before is counted in batches of any size", "[store][backfill]") {
    const temp_directory dir;
    make_version_5(dir / "old.db");
    for (const std::size_t batch : {1U, 2U, 5U, 11U, 12U, 100U}) {
        INFO("batches of " << batch);
        const auto file = dir / "events.db";
        copy_store(dir / "old.db", file);
        {
            auto db = connect(file);
            REQUIRE(sqlite::prepare_schema(db));
            CHECK(is_unfinished(file));
            REQUIRE(sqlite::count_kept(db, {}, batch));
        }
        check_counts(file);
    }
}

TEST_CASE("where the counting breaks off, the next start goes on", "[store][backfill]") {
    const temp_directory dir;
    make_version_5(dir / "old.db");
    bool through = false;
    for (std::uint64_t calls = 0; !through; ++calls) {
        INFO("after " << calls << " calls");
        const auto file = dir / "events.db";
        copy_store(dir / "old.db", file);
        fault_vfs disk;
        {
            auto db = connect(file, disk.name());
            REQUIRE(sqlite::prepare_schema(db));
            disk.fail_after(calls, fault_vfs::fault::io_error);
            through = sqlite::count_kept(db, {}, 3).has_value();
            disk.heal();
        }
        check_counts(file);
        REQUIRE(calls < 1000);
    }
}

TEST_CASE("the counting is broken off on request", "[store][backfill]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    make_version_5(file);
    int asked = 0;
    {
        auto db = connect(file);
        REQUIRE(sqlite::prepare_schema(db));
        const auto broken_off = sqlite::count_kept(
            db, [&] { return ++asked == 2; }, 1);
        REQUIRE(broken_off.has_error());
        CHECK(broken_off.error().code == errc::shutting_down);
    }
    CHECK(is_unfinished(file));
    check_counts(file);
}

TEST_CASE("a new database has nothing to count", "[store][backfill]") {
    const temp_directory dir;
    { const store_fixture f{sqlite_at(dir / "events.db")}; }
    CHECK_FALSE(is_unfinished(dir / "events.db"));
}
