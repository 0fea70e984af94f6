#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/page_cleaner.hpp"
#include "support/result_printer.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

using namespace webhookd;
using namespace webhookd::store;

namespace {

constexpr std::byte rest{0xaa};

/// A page full of left-overs, with a b-tree's header.
std::array<std::byte, 512> page_of(int kind, int cells, int content) {
    std::array<std::byte, 512> page;
    page.fill(rest);
    page[0] = static_cast<std::byte>(kind);
    page[1] = page[2] = std::byte{0}; // no free block
    page[3] = std::byte{0};
    page[4] = static_cast<std::byte>(cells);
    page[5] = static_cast<std::byte>(content >> 8);
    page[6] = static_cast<std::byte>(content & 0xff);
    page[7] = std::byte{0};
    return page;
}

bool all(const std::array<std::byte, 512>& page, std::size_t from, std::size_t to, std::byte value) {
    return std::all_of(page.begin() + static_cast<std::ptrdiff_t>(from),
                       page.begin() + static_cast<std::ptrdiff_t>(to), [&](auto b) { return b == value; });
}

std::string answer_of(const std::filesystem::path& file, const char* sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    std::string answer;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0];
        return 0;
    };
    REQUIRE(sqlite3_exec(db, sql, take, &answer, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(db) == SQLITE_OK);
    return answer;
}

} // namespace

TEST_CASE("what a page of a b-tree does not use is zeroed, and its cells are not touched", "[store]") {
    auto leaf = page_of(13, 2, 400);
    sqlite::clean_page(leaf, false);
    CHECK(all(leaf, 8, 12, rest)); // the cell pointers
    CHECK(all(leaf, 12, 400, std::byte{0}));
    CHECK(all(leaf, 400, 512, rest));

    auto interior = page_of(5, 2, 400);
    sqlite::clean_page(interior, false);
    CHECK(all(interior, 8, 16, rest)); // the right-most pointer, and the cell pointers
    CHECK(all(interior, 16, 400, std::byte{0}));
}

TEST_CASE("a page that is no b-tree's, or a broken one, is left as it is", "[store]") {
    for (auto page : {page_of(0, 2, 400), page_of(1, 2, 400), page_of(13, 200, 100), page_of(13, 2, 600)}) {
        const auto before = page;
        sqlite::clean_page(page, false);
        CHECK(page == before);
    }
}

TEST_CASE("a database that somebody has given pointer maps stays whole", "[store]") {
    const test::temp_directory directory;
    const auto file = directory / "events.db";
    answer_of(file, "PRAGMA auto_vacuum=FULL; VACUUM");
    {
        const auto kept = std::move(open_sqlite_store({.file = file}).value());
        for (int i = 0; i < 300; ++i) {
            auto e = test::make_event("evt_" + std::to_string(i));
            e.body += std::string(static_cast<std::size_t>(i) * 30, ' ');
            REQUIRE(kept->append({&e, 1}).has_value());
        }
        // Nor does it promise what it cannot do.
        result<remnants> left = failure{errc::store_busy};
        REQUIRE(test::wait_for_condition([&] { return (left = kept->scrub()).has_value(); }));
        CHECK(*left == remnants::possible);
    }
    CHECK(answer_of(file, "PRAGMA auto_vacuum") == "1");
    CHECK(answer_of(file, "PRAGMA integrity_check") == "ok");
}
