#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/recount.hpp"
#include "store/sqlite/schema.hpp"
#include "support/fault_vfs.hpp"
#include "support/old_store.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace std::chrono_literals;
using event::consumption;
using sqlite::connection;
using test::fault_vfs;
using test::old_store;
using test::temp_directory;

namespace {

/// One of a database's transactions: how a program of version 4 counted it, and how it counts.
struct completion {
    old_store::figures counted;
    std::string body;
    consumption expected;
};

std::string body_of(const std::string& object) {
    return R"({"object":"event","id":"evt_1","type":"transaction.lifecycle.completed","payload":{"object":)" +
           object + "}}";
}

std::string signed_at(const std::string& level) {
    return body_of(R"({"participants":[{"email":"ada@client.example","min_signature_level":")" + level +
                   R"("}],"instructions":{"signatures":[{"signer":"ada@client.example","field":"fld_1"}]}})");
}

const std::string sealed = body_of(R"({"sealers":["scd_1"],"instructions":{"signatures":[
    {"signer":"scd_1","field":"fld_1"}],"reviews":[{"reviewer":"bob@client.example"}]}})");
const std::string alternates = body_of(R"({"participants":[
    {"email":"ada@client.example","min_signature_level":"level2"},
    {"email":"bob@client.example","min_signature_level":"level3"}],
    "instructions":{"signatures":[{"signer":"ada@client.example","field":"fld_1"},
    {"signer":"bob@client.example","field":"fld_1"}]}})");

const old_store::figures one_of_level_1{.levels = {1, 0, 0}};
const old_store::figures purged{7, 8, 9, {10, 11, 12}};

const std::vector<completion> completions{
    {one_of_level_1, signed_at("level4"), {.signatures_by_level = {0, 0, 0, 0, 1}}},
    {one_of_level_1, signed_at("level0"), {.signatures_by_level = {1}}},
    {purged, "", {7, 8, 9, {0, 10, 11, 12, 0}}},
    {{0, 1, 1, {1, 0, 0}}, sealed, {.seals = 1, .reviews = 1}},
    {{.levels = {0, 1, 1}}, alternates, {.signatures_by_level = {0, 0, 0, 1, 0}}},
    {one_of_level_1, signed_at("level1"), {.signatures_by_level = {0, 1}}},
    {purged, R"({"no":"event"})", {7, 8, 9, {0, 10, 11, 12, 0}}},
    {one_of_level_1, signed_at("level_4"), {.signatures_by_level = {0, 0, 0, 0, 1}}},
    {purged, "", {7, 8, 9, {0, 10, 11, 12, 0}}},
};

std::vector<timestamp> make_old(const std::filesystem::path& file) {
    old_store old(file);
    std::vector<timestamp> at;
    for (const auto& each : completions)
        at.push_back(old.complete(each.counted, each.body));
    return at;
}

void check_figures(const std::filesystem::path& file, const std::vector<timestamp>& at) {
    const auto opened = open_sqlite_store({.file = file});
    if (!opened) FAIL(to_string(opened.error()));
    REQUIRE(at.size() == completions.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
        INFO("transaction " << i + 1);
        CHECK((*opened)->consumed({.after = at[i] - 1us, .before = at[i] + 1us}).value() ==
              completions[i].expected);
    }
}

connection connect(const std::filesystem::path& file, const std::string& vfs = {}) {
    return connection::open(file, vfs, connection::access::read_write, 1000).value();
}

/// How far it is: the number of the last event counted again; nullopt when all are.
std::optional<std::int64_t> position(const std::filesystem::path& file) {
    auto db = connect(file);
    if (db.integer("SELECT count(*) FROM recount", "look").value() == 0) return std::nullopt;
    return db.integer("SELECT seq FROM recount", "look").value();
}

} // namespace

TEST_CASE("the figures of a database of version 4 are counted anew from the bodies it still has",
          "[store][recount]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    const auto at = make_old(file);
    CHECK(connect(file).integer("PRAGMA user_version", "look").value() == 4);
    check_figures(file, at);
    CHECK(connect(file).integer("PRAGMA user_version", "look").value() == sqlite::newest_schema());
    CHECK_FALSE(position(file).has_value());
}

TEST_CASE("figures are counted anew at one start and not at the next", "[store][recount]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    const auto at = make_old(file);
    check_figures(file, at);
    REQUIRE(connect(file).execute("UPDATE consumption SET level_3 = 99 WHERE seq = 1", "change").has_value());
    const auto again = open_sqlite_store({.file = file});
    REQUIRE(again.has_value());
    CHECK((*again)->consumed({.before = at[0] + 1us}).value().signatures_by_level[3] == 99);
}

TEST_CASE("a new database has nothing to count anew", "[store][recount]") {
    const temp_directory dir;
    REQUIRE(open_sqlite_store({.file = dir / "events.db"}).has_value());
    CHECK_FALSE(position(dir / "events.db").has_value());
}

TEST_CASE("figures are counted anew in batches of any size", "[store][recount]") {
    for (const std::size_t batch : {1U, 2U, 6U, 7U, 8U, 100U}) {
        INFO("batches of " << batch);
        const temp_directory dir;
        const auto at = make_old(dir / "events.db");
        {
            auto db = connect(dir / "events.db");
            REQUIRE(sqlite::prepare_schema(db).has_value());
            REQUIRE(sqlite::recount_consumption(db, {}, batch).has_value());
        }
        CHECK_FALSE(position(dir / "events.db").has_value());
        check_figures(dir / "events.db", at);
    }
}

TEST_CASE("where counting anew breaks off, the next start goes on", "[store][recount]") {
    const temp_directory dir;
    const auto old = dir / "old.db";
    const auto at = make_old(old);
    for (const auto fault : {fault_vfs::fault::io_error, fault_vfs::fault::full}) {
        std::size_t half_way = 0;
        bool through = false;
        for (std::uint64_t calls = 0; !through; ++calls) {
            INFO("after " << calls << " calls");
            const auto file = dir / "events.db";
            test::copy_store(old, file);
            fault_vfs disk;
            {
                auto db = connect(file, disk.name());
                REQUIRE(sqlite::prepare_schema(db).has_value());
                disk.fail_after(calls, fault);
                through = sqlite::recount_consumption(db, {}, 2).has_value();
                REQUIRE(disk.tripped() != through);
                disk.heal();
            }
            if (!through && position(file).value_or(0) > 0) ++half_way;
            check_figures(file, at);
            CHECK_FALSE(position(file).has_value());
            REQUIRE(calls < 1000);
        }
        CHECK(half_way > 0);
    }
}

TEST_CASE("counting anew is broken off on request, and the next start goes on", "[store][recount]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    const auto at = make_old(file);
    int asked = 0;
    {
        auto db = connect(file);
        REQUIRE(sqlite::prepare_schema(db).has_value());
        const auto broken_off = sqlite::recount_consumption(
            db, [&] { return ++asked == 2; }, 1);
        REQUIRE_FALSE(broken_off.has_value());
        CHECK(broken_off.error().code == errc::shutting_down);
    }
    CHECK(asked == 2);
    CHECK(position(file).value_or(0) > 0);
    check_figures(file, at);
    CHECK_FALSE(position(file).has_value());
}
