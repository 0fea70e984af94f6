#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/schema.hpp"
#include "support/fault_vfs.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using Catch::Matchers::Contains;

namespace {

result<std::unique_ptr<event_store>> open(const std::filesystem::path& file) {
    return open_sqlite_store({.file = file});
}

/// Runs SQL on a database behind the store's back.
void meddle(const std::filesystem::path& file, const char* sql) {
    std::ofstream{file, std::ios::app};
    auto db = sqlite::connection::open(file, {}, sqlite::connection::access::read_write, 100);
    REQUIRE(db.has_value());
    sqlite3_db_config(db->native(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    sqlite3_db_config(db->native(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    const auto done = db->execute(sql, "meddle");
    if (!done) FAIL(to_string(done.error()));
}

std::string contents(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void overwrite(const std::filesystem::path& file, std::int64_t offset, const std::string& bytes) {
    std::fstream out{file, std::ios::binary | std::ios::in | std::ios::out};
    out.seekp(offset);
    out << bytes;
    REQUIRE(out.flush());
}

unsigned mode(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

} // namespace

TEST_CASE("a missing directory and database are created for the daemon's eyes only", "[store]") {
    const temp_directory dir;
    const auto umask_before = ::umask(0);
    const auto opened = open(dir / "a/b/events.db");
    ::umask(umask_before);
    REQUIRE(opened.has_value());
    CHECK(mode(dir / "a") == 0750);
    CHECK(mode(dir / "a/b") == 0750);
    CHECK(mode(dir / "a/b/events.db") == 0640);
    CHECK(mode(dir / "a/b/events.db-wal") == 0640);
}

TEST_CASE("an empty file that exists becomes a database", "[store]") {
    const temp_directory dir;
    std::ofstream{dir / "events.db"};
    CHECK(open(dir / "events.db").has_value());
}

TEST_CASE("a second opener is refused with the holder's process id, until the first is gone", "[store]") {
    const temp_directory dir;
    auto first = open(dir / "events.db");
    REQUIRE(first.has_value());
    const auto second = open(dir / "events.db");
    REQUIRE(second.has_error());
    CHECK(second.error().code == errc::store_busy);
    CHECK_THAT(second.error().detail, Contains("process " + std::to_string(::getpid())));

    std::filesystem::create_directory_symlink(dir.path(), dir / "another-way");
    CHECK(open(dir / "another-way/events.db").error().code == errc::store_busy);

    first->reset();
    CHECK(open(dir / "events.db").has_value());
}

TEST_CASE("files that cannot be had are told by name", "[store]") {
    const temp_directory dir;
    std::ofstream{dir / "file"} << "x";
    std::filesystem::create_directory(dir / "directory.db");
    for (const char* name : {"file/events.db", "directory.db"}) {
        INFO(name);
        const auto opened = open(dir / name);
        REQUIRE(opened.has_error());
        CHECK(opened.error().code == errc::file_unwritable);
        CHECK_THAT(opened.error().detail, Contains(dir.path().string()));
    }
}

TEST_CASE("a database of a newer version is refused and left as it is", "[store]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    REQUIRE(open(file).has_value());
    meddle(file, "PRAGMA user_version=999");
    const auto before = contents(file);
    const auto opened = open(file);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == errc::store_newer);
    CHECK_THAT(opened.error().detail, Contains("999") && Contains(file.string()));
    CHECK(contents(file) == before);
}

TEST_CASE("somebody else's database is refused and left as it is", "[store]") {
    for (const char* sql : {"CREATE TABLE t (x)", "PRAGMA application_id=1", "PRAGMA user_version=1",
                            "PRAGMA application_id=7; CREATE TABLE events (x)"}) {
        INFO(sql);
        const temp_directory dir;
        const auto file = dir / "events.db";
        meddle(file, sql);
        const auto before = contents(file);
        const auto opened = open(file);
        REQUIRE(opened.has_error());
        CHECK(opened.error().code == errc::store_bad_url);
        CHECK_THAT(opened.error().detail, Contains(file.string()) && Contains("another application"));
        CHECK(contents(file) == before);
    }
}

TEST_CASE("a file that is no database is refused and left as it is", "[store]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    const std::string text(5000, 't');
    std::ofstream{file} << text;
    const auto opened = open(file);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == errc::store_corrupt);
    CHECK_THAT(opened.error().detail, Contains(file.string()));
    CHECK(contents(file) == text);
}

TEST_CASE("a damaged database is found out at the start", "[store]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    REQUIRE((*open(file))->append(make_events("evt_", 500)).has_value());
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file));
    SECTION("in the middle") {
        overwrite(file, size / 2 / 4096 * 4096, std::string(4096, '\xee'));
    }
    SECTION("in the schema") {
        overwrite(file, 112, std::string(4096 - 112, '\xee')); // behind the first page's header
    }
    SECTION("cut short") {
        std::filesystem::resize_file(file, static_cast<std::uintmax_t>(size / 2));
    }
    SECTION("with a sequence that runs behind") {
        meddle(file, "UPDATE totals SET last_seq = 3");
    }
    const auto opened = open(file);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == errc::store_corrupt);
}

TEST_CASE("of a large database the newest events are checked", "[store]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    REQUIRE((*open(file))->append(make_events("evt_", 100)).has_value());
    const auto check = [&] {
        auto db = sqlite::connection::open(file, {}, sqlite::connection::access::read_write, 100);
        REQUIRE(db.has_value());
        return sqlite::check_integrity(*db, 0);
    };
    CHECK(check().has_value());
    // A row without its entry in the index of ids, as a lost page would leave it.
    meddle(file,
           "CREATE TABLE x (seq INTEGER PRIMARY KEY, endpoint, event_id, UNIQUE (endpoint, event_id));"
           "PRAGMA writable_schema=1;"
           "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'x' "
           "AND type = 'index') WHERE tbl_name = 'events' AND name LIKE 'sqlite_autoindex%'");
    const auto checked = check();
    REQUIRE(checked.has_error());
    CHECK(checked.error().code == errc::store_corrupt);
    CHECK_THAT(checked.error().detail, Contains("event 100"));
}

TEST_CASE("a start that fails half way leaves a database that the next start completes", "[store]") {
    for (const auto fault : {fault_vfs::fault::io_error, fault_vfs::fault::full}) {
        bool through = false;
        for (std::uint64_t calls = 0; !through; ++calls) {
            INFO("after " << calls << " calls");
            const temp_directory dir;
            fault_vfs disk;
            disk.fail_after(calls, fault);
            auto opened = open_sqlite_store({.file = dir / "events.db", .vfs = disk.name()});
            through = opened.has_value();
            if (!through) {
                REQUIRE(disk.tripped());
                const bool expected =
                    opened.error().code == errc::store_io || opened.error().code == errc::store_full;
                INFO(to_string(opened.error()));
                REQUIRE(expected);
            }
            disk.heal();
            if (through) opened->reset();
            const auto again = open_sqlite_store({.file = dir / "events.db", .vfs = disk.name()});
            if (!again) FAIL(to_string(again.error()));
            REQUIRE((*again)->append(make_events("evt_", 1)).has_value());
            REQUIRE(calls < 1000);
        }
    }
}
