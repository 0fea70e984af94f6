#include "store/sqlite/connection.hpp"
#include "support/old_store.hpp"
#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::test;

TEST_CASE("a database from before this was recorded gets its tables", "[store][outages]") {
    const temp_directory dir;
    store_fixture f{sqlite_at(dir / "events.db")};
    f.kept.reset();
    {
        auto db = store::sqlite::connection::open(dir / "events.db", {},
                                                  store::sqlite::connection::access::read_write, 100);
        REQUIRE(db.has_value());
        REQUIRE(db->execute(back_to_version_5, "go back"));
        REQUIRE(db->execute("DROP TABLE life; DROP TABLE outages; DROP TABLE recount;"
                            "ALTER TABLE consumption DROP COLUMN level_0;"
                            "ALTER TABLE consumption DROP COLUMN level_4; PRAGMA user_version = 2",
                            "go back")
                    .has_value());
    }
    f.reopen();
    REQUIRE(f.kept->record_heartbeat({.now = noon, .first = true}));
    CHECK(f.kept->outages({}).value().empty());
}
