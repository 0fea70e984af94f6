#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/checkpointer.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

TEST_CASE("the background copies while the journal grows, the writer copies the short rest", "[store]") {
    const sqlite::checkpoint_policy policy{
        .finish = 800, .start = 100, .rest = 50, .retry_growth = 40, .cap = 3200, .large = 1600};
    struct state {
        const char* name;
        sqlite::journal_state journal;
        bool background;
        bool writer;
    };
    const state states[] = {
        {"little to copy", {.frames = 99, .copied = 0, .tried = 0}, false, false},
        {"enough to copy", {.frames = 100, .copied = 0, .tried = 0}, true, false},
        {"copied, and not long", {.frames = 799, .copied = 790, .tried = 0}, false, false},
        {"long, with a short rest", {.frames = 800, .copied = 750, .tried = 0}, false, true},
        {"long, with a long rest", {.frames = 800, .copied = 749, .tried = 0}, false, false},
        {"long, and far behind", {.frames = 2000, .copied = 749, .tried = 0}, true, false},
        {"tried a moment ago", {.frames = 839, .copied = 830, .tried = 800}, false, false},
        {"tried a while ago", {.frames = 840, .copied = 830, .tried = 800}, false, true},
        {"beyond the cap", {.frames = 3200, .copied = 0, .tried = 0}, true, true},
    };
    for (const auto& s : states) {
        INFO(s.name);
        CHECK(policy.wakes_background(s.journal) == s.background);
        CHECK(policy.calls_writer(s.journal) == s.writer);
    }
}

TEST_CASE("the journal stays bounded while commits never pause", "[store]") {
    constexpr std::int64_t journal_bytes = 64 * 1024;
    const temp_directory dir;
    const auto kept = open_sqlite_store({.file = dir / "events.db", .journal_bytes = journal_bytes});
    REQUIRE(kept.has_value());
    std::uintmax_t longest = 0;
    std::uintmax_t all = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        auto batch = make_events("evt_", 10, i * 10);
        for (auto& e : batch) {
            e.body.assign(4000, 'x');
            all += e.body.size();
        }
        REQUIRE((*kept)->append(batch).has_value());
        longest = std::max(longest, std::filesystem::file_size(dir / "events.db-wal"));
    }
    // The cap, one batch, and the step in which the file grows; all batches together would be some 15 MB.
    CHECK(longest < 4 * journal_bytes + 500'000 + 512 * 1024);
    CHECK(std::filesystem::file_size(dir / "events.db") > all / 2);
    CHECK((*kept)->read_after(0, SIZE_MAX, SIZE_MAX)->size() == 2000);
}

TEST_CASE("a journal that a reader has let grow is told of, and given back when the reader ends", "[store]") {
    constexpr std::int64_t journal_bytes = 256 * 1024;
    const temp_directory dir;
    const auto kept = open_sqlite_store({.file = dir / "events.db", .journal_bytes = journal_bytes});
    REQUIRE(kept.has_value());
    auto& store = **kept;
    const auto add = [&](std::size_t first, std::size_t count) {
        auto batch = make_events("evt_", count, first);
        for (auto& e : batch)
            e.body.assign(20'000, 'x');
        REQUIRE(store.append(batch).has_value());
    };
    add(1, 1);
    sqlite3* reader = nullptr;
    REQUIRE(sqlite3_open((dir / "events.db").c_str(), &reader) == SQLITE_OK);
    REQUIRE(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM events", nullptr, nullptr, nullptr) ==
            SQLITE_OK);
    for (std::size_t i = 1; i <= 30; ++i)
        add(i * 10, 10);
    const auto grown = store.statistics().value();
    CHECK(grown.journal_bytes > 8 * journal_bytes);
    CHECK(grown.journal_held);
    sqlite3_close(reader);
    // Nobody writes any more.
    CHECK(wait_for_condition([&] {
        const auto now = store.statistics().value();
        return now.journal_bytes < 2 * journal_bytes && !now.journal_held;
    }));
    CHECK(store.count({}).value() == 301);
    add(1000, 10);
    CHECK(store.count({}).value() == 311);
}
