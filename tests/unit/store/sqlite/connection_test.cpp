#include "store/sqlite/connection.hpp"
#include "support/fault_vfs.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <cerrno>

using namespace webhookd;
using namespace webhookd::store::sqlite;
using namespace webhookd::test;

namespace {

connection open(const std::filesystem::path& file, const std::string& vfs = {}) {
    if (!std::filesystem::exists(file)) write_text(file, "");
    auto opened = connection::open(file, vfs, connection::access::read_write, 1000);
    if (!opened) FAIL(to_string(opened.error()));
    REQUIRE(opened->text("PRAGMA journal_mode=WAL", "switch").has_value());
    return std::move(*opened);
}

void run(connection& db, const char* sql) {
    const auto done = db.execute(sql, "run");
    if (!done) FAIL(to_string(done.error()));
}

} // namespace

TEST_CASE("SQLite's codes become our failures", "[store]") {
    struct mapped {
        int code;
        int system_error;
        errc expected;
    };
    const mapped codes[] = {
        {SQLITE_FULL, 0, errc::store_full},
        {SQLITE_IOERR_WRITE, EIO, errc::store_io},
        {SQLITE_IOERR_FSYNC, ENOSPC, errc::store_full},
        {SQLITE_IOERR_SHMSIZE, EDQUOT, errc::store_full},
        {SQLITE_CANTOPEN, ENOSPC, errc::store_full},
        {SQLITE_CANTOPEN, EACCES, errc::store_io},
        {SQLITE_READONLY_DBMOVED, 0, errc::store_io},
        {SQLITE_BUSY_SNAPSHOT, 0, errc::store_busy},
        {SQLITE_LOCKED_SHAREDCACHE, 0, errc::store_busy},
        {SQLITE_CORRUPT_INDEX, 0, errc::store_corrupt},
        {SQLITE_NOTADB, 0, errc::store_corrupt},
        {SQLITE_TOOBIG, 0, errc::argument_invalid},
        {SQLITE_CONSTRAINT_UNIQUE, 0, errc::argument_invalid},
        {SQLITE_NOMEM, 0, errc::store_io},
        {SQLITE_ERROR, 0, errc::store_io},
    };
    for (const auto& c : codes) {
        INFO(c.code);
        CHECK(to_errc(c.code, c.system_error) == c.expected);
    }
}

TEST_CASE("a failure tells what was tried and never the values", "[store]") {
    const temp_directory dir;
    auto db = open(dir / "x.db");
    run(db, "CREATE TABLE t (x TEXT UNIQUE, y INTEGER) STRICT");
    auto insert = db.prepare("INSERT INTO t VALUES (?, ?)", "keep a secret");
    REQUIRE(insert.has_value());
    REQUIRE(insert->bind("jane@example.org", 1).run().has_value());
    const auto twice = insert->bind("jane@example.org", 2).run();
    const auto mistyped = insert->bind("other", "jane@example.org").run();
    for (const auto& failed : {twice, mistyped}) {
        REQUIRE(failed.has_error());
        CHECK(failed.error().code == errc::argument_invalid);
        CHECK(failed.error().detail.starts_with("keep a secret: "));
        CHECK(failed.error().detail.find("jane") == std::string::npos);
    }
}

TEST_CASE("a value that is too big fails its statement, and the statement goes on working", "[store]") {
    const temp_directory dir;
    auto db = open(dir / "x.db");
    run(db, "CREATE TABLE t (x BLOB)");
    sqlite3_limit(db.native(), SQLITE_LIMIT_LENGTH, 1000);
    auto insert = db.prepare("INSERT INTO t VALUES (?)", "insert");
    REQUIRE(insert.has_value());
    const std::string large(2000, 'x');
    CHECK(insert->bind(blob{large}).run().error().code == errc::argument_invalid);
    CHECK(insert->bind(std::string_view{large}).run().error().code == errc::argument_invalid);
    CHECK(insert->bind(blob{"fits"}).run().has_value());
    CHECK(db.integer("SELECT count(*) FROM t", "count").value() == 1);
}

TEST_CASE("empty text is text, an empty blob is a blob, and nothing is NULL", "[store]") {
    const temp_directory dir;
    auto db = open(dir / "x.db");
    auto select = db.prepare("SELECT typeof(?), typeof(?), typeof(?), typeof(?)", "select");
    REQUIRE(select.has_value());
    REQUIRE(select->bind(std::string_view{}, blob{}, std::optional<std::int64_t>{}, std::int64_t{0})
                .step()
                .value());
    CHECK(select->text(0) == "text");
    CHECK(select->text(1) == "blob");
    CHECK(select->text(2) == "null");
    CHECK(select->text(3) == "integer");
}

TEST_CASE("a transaction that is not committed leaves nothing", "[store]") {
    const temp_directory dir;
    auto db = open(dir / "x.db");
    run(db, "CREATE TABLE t (x)");
    {
        auto work = transaction::begin(db);
        REQUIRE(work.has_value());
        run(db, "INSERT INTO t VALUES (1)");
        CHECK(db.in_transaction());
    }
    CHECK_FALSE(db.in_transaction());
    CHECK(db.integer("SELECT count(*) FROM t", "count").value() == 0);
}

TEST_CASE("after a checkpoint whose sync failed, the whole journal is copied again", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    auto db = open(dir / "x.db", disk.name());
    run(db, "CREATE TABLE t (x INTEGER PRIMARY KEY, y BLOB)");
    const auto fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) "
                      "INSERT INTO t (y) SELECT zeroblob(3000) FROM n";
    run(db, fill);
    disk.spare("x.db-wal");
    disk.fail_after(0, fault_vfs::fault::sync_error);
    {
        // A reader that looks at this state keeps the checkpoint from catching up with the journal.
        auto other = open(dir / "x.db", disk.name());
        run(other, "BEGIN; SELECT count(*) FROM t");
        run(db, fill);
        REQUIRE(db.checkpoint().has_error());
        REQUIRE(disk.tripped());
        run(other, "COMMIT");
    }
    disk.heal();

    REQUIRE(db.recopy_journal().has_value());
    REQUIRE(db.checkpoint().value() > 100);
    run(db, "INSERT INTO t (y) VALUES (zeroblob(3000))"); // starts the journal again, over the old frames
    disk.power_loss(dir / "after", 1);

    auto after = open(dir / "after/x.db");
    CHECK(after.text("PRAGMA integrity_check", "check").value() == "ok");
    CHECK(after.integer("SELECT count(*) FROM t", "count").value() == 101);
}
