#include "support/files.hpp"
#include "support/old_store.hpp"
#include "support/process.hpp"
#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

struct fixture : private temp_directory, store_fixture {
    fixture()
        : store_fixture(sqlite_at(file())) {}

    std::filesystem::path file() { return path() / "events.db"; }
    std::string files() {
        std::string all;
        for (const auto& each : std::filesystem::directory_iterator(path()))
            if (each.is_regular_file()) all += read_text(each.path());
        return all;
    }
};

/// Somebody else at the same file.
class other_connection {
public:
    explicit other_connection(const std::filesystem::path& file) {
        REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    }
    ~other_connection() { sqlite3_close(db_); }
    other_connection(const other_connection&) = delete;
    other_connection& operator=(const other_connection&) = delete;
    void execute(const char* sql) { REQUIRE(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }

private:
    sqlite3* db_ = nullptr;
};

} // namespace

TEST_CASE("what was erased stands in no file any more", "[erase]") {
    fixture f;
    const std::string secret = "Zaphod-Beeblebrox-42";
    std::vector<store::event_offset> erased;
    // Large and small bodies among those of others, and outputs on pages that fill up and are split.
    for (int i = 0; i < 300; ++i) {
        const auto n = std::to_string(i);
        const bool theirs = i % 7 == 0;
        const auto offset = f.keep(personal_event("evt_" + n, theirs ? "tx_secret" : "tx_" + n,
                                                  theirs ? secret : "other-" + n, {{"audit"}, {"crm"}},
                                                  static_cast<std::size_t>(i % 3) * 6000))
                                .offset;
        if (theirs) erased.push_back(offset);
        for (int tries = 0; tries < 3; ++tries)
            f.finish_next("audit", tries == 2 ? delivery_state::successful : delivery_state::pending,
                          theirs ? "output " + secret : "output of another " + n);
    }
    REQUIRE(contains(f.files(), secret));
    f.erase(erased);
    // The background thread may be copying.
    REQUIRE(wait_for_condition([&] { return f.kept->scrub() == remnants::none; }));
    CHECK_FALSE(contains(f.files(), secret));
    CHECK(contains(f.files(), "other-299"));
    CHECK(std::filesystem::file_size(f.file().string() + "-wal") == 0);
    // And the store goes on.
    f.keep(personal_event("evt_new", "tx_new", "Carol"));
    CHECK(contains(f.find("evt_new").body, "Carol"));
    CHECK(f.kept->probe().has_value());
    f.reopen();
    CHECK(f.kept->count({}).value() == 301);
}

TEST_CASE("of a thousand erasures in any order none leaves a byte, with outputs of every size", "[erase]") {
    fixture f;
    constexpr int transactions = 1000;
    std::mt19937 random(20261127);
    const auto name = [](int i) { return "Zaphod-" + std::to_string(100'000 + i); };
    std::vector<std::pair<store::event_offset, int>> kept;
    for (int i = 0; i < transactions; ++i) {
        const auto n = std::to_string(i);
        kept.emplace_back(
            f.keep(personal_event("evt_" + n, "tx_" + n, name(i), {{"audit"}}, random() % 3000)).offset, i);
    }
    // In any order, so that attempts come between those of others, and pages are split.
    auto claimed = f.claim("audit", transactions);
    REQUIRE(claimed.deliveries.size() == transactions);
    std::shuffle(claimed.deliveries.begin(), claimed.deliveries.end(), random);
    for (const auto& each : claimed.deliveries) {
        const auto who = name(static_cast<int>(each.event.offset) - 1);
        const finished_delivery done{each.claim,
                                     delivery_state::successful,
                                     {},
                                     {noon, 1ms, 200, "", who + std::string(random() % 700, 'o') + who}};
        REQUIRE(f.kept->finish({&done, 1}).has_value());
    }
    std::shuffle(kept.begin(), kept.end(), random);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        f.erase({kept[i].first});
        // Others arrive meanwhile and fill the pages up.
        if (i % 4 == 0)
            f.keep(personal_event("new_" + std::to_string(i), "tx_new", "nobody", {}, random() % 3000));
        if (i % 100 != 99) continue;
        REQUIRE(wait_for_condition([&] { return f.kept->scrub() == remnants::none; }));
        const auto files = f.files();
        std::size_t left = 0;
        for (std::size_t j = 0; j <= i; ++j)
            left += contains(files, name(kept[j].second)) ? 1 : 0;
        CHECK(left == 0);
        // Nor do they come back from the memory of the writer.
        f.keep(personal_event("later_" + std::to_string(i), "tx_new", "nobody", {}, 100));
        const auto later = f.files();
        for (std::size_t j = 0; j <= i; ++j)
            left += contains(later, name(kept[j].second)) ? 1 : 0;
        CHECK(left == 0);
    }
    f.reopen();
    CHECK(f.kept->count({}).value() == transactions + 250 + 10);
}

TEST_CASE("the journal is not emptied under a reader, and nobody waits for that", "[erase]") {
    fixture f;
    f.keep(personal_event("evt_1", "tx_1", "Ada"));
    other_connection reader(f.file());
    reader.execute("BEGIN; SELECT count(*) FROM events");
    f.erase({1});
    const auto refused = f.kept->scrub();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == errc::store_busy);
    f.keep(personal_event("evt_2", "tx_2", "Bob"));
    reader.execute("COMMIT");
    REQUIRE(wait_for_condition([&] { return f.kept->scrub() == remnants::none; }));
    CHECK_FALSE(contains(f.files(), "Ada"));
    CHECK(contains(f.find("evt_2").body, "Bob"));
}

TEST_CASE("a database of before erasures is brought up to date", "[erase]") {
    fixture f;
    f.keep(personal_event("evt_1", "tx_1", "Ada"));
    f.kept.reset();
    other_connection(f.file()).execute(back_to_version_5);
    other_connection(f.file()).execute(
        "DROP TABLE erasures; DROP TABLE life; DROP TABLE outages; DROP TABLE recount;"
        "ALTER TABLE consumption DROP COLUMN level_0; ALTER TABLE consumption DROP COLUMN level_4;"
        "PRAGMA user_version=1");
    f.reopen();
    CHECK(contains(f.find("evt_1").body, "Ada"));
    CHECK(f.erase({1}).bodies == 1);
    CHECK(f.kept->erasure_of(1).value() == tombstone);
}
