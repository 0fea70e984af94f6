#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/connection.hpp"
#include "support/fault_vfs.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

namespace {

/// A new object of a key, as each fetch of the key set makes one.
std::shared_ptr<const key_text> fetch(int which) {
    const auto kid = "key_" + std::to_string(which);
    return std::make_shared<const key_text>(key_text{kid, R"({"e":"AQAB","kid":")" + kid + "\"}"});
}

} // namespace

TEST_CASE("the key that verified an event is kept once, however often it is fetched", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    const auto file = dir / "events.db";
    const std::string journal = "events.db-wal";
    std::vector<new_event> given;
    for (const bool reopened : {false, true}) {
        INFO((reopened ? "after a reopen" : "at first"));
        auto opened = open_sqlite_store({.file = file, .vfs = disk.name()});
        REQUIRE(opened.has_value());
        for (int i = 0; i < 100; ++i) {
            auto e = make_event("evt_" + std::to_string(given.size()));
            e.key = i == 7 ? nullptr : fetch(i % 2);
            given.push_back(e);
            REQUIRE((*opened)->append({&e, 1}).has_value());
        }
        // A duplicate that comes signed with a key never seen leaves no trace.
        auto again = given.front();
        again.key = fetch(2);
        const auto writes = disk.calls_on(journal).writes;
        REQUIRE((*opened)->append({&again, 1})->at(0).status == append_status::duplicate);
        CHECK(disk.calls_on(journal).writes == writes);

        const auto read = (*opened)->read_after(0, SIZE_MAX, SIZE_MAX);
        REQUIRE(read.has_value());
        REQUIRE(read->size() == given.size());
        for (std::size_t i = 0; i < given.size(); ++i)
            CHECK(difference(given[i], read->at(i)) == "");
    }
    auto db = sqlite::connection::open(file, {}, sqlite::connection::access::read_only, 100);
    REQUIRE(db.has_value());
    CHECK(db->integer("SELECT count(*) FROM keys", "count").value() == 2);
    const auto first = fetch(0);
    CHECK(db->text("SELECT kid FROM keys WHERE id = 1", "read").value() == first->kid);
    CHECK(db->text("SELECT jwk FROM keys WHERE id = 1", "read").value() == first->jwk);
}
