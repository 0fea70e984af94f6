#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/connection.hpp"
#include "support/fault_vfs.hpp"
#include "support/old_store.hpp"
#include "support/store_events.hpp"
#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

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

TEST_CASE("a database of version 6 keeps where keys come from of what arrives after its upgrade", "[store]") {
    const temp_directory dir;
    const auto file = dir / "events.db";
    auto e = make_event("evt_1");
    e.key = fetch(0);
    const auto keep = [&] { return store_fixture{sqlite_at(file)}.keep(e).offset; };
    const auto before = keep();
    {
        auto db = sqlite::connection::open(file, {}, sqlite::connection::access::read_write, 100);
        REQUIRE(db.has_value());
        REQUIRE(db->execute(back_to_version_6, "go back"));
        db->checkpoint_on_close(true);
    }
    const key_origin origin{"/etc/keys.json", e.received + 1h};
    e.envelope.id = "evt_2";
    e.received += 2h;
    e.key = std::make_shared<const key_text>(key_text{e.key->kid, e.key->jwk, origin});
    const auto after = keep();
    const store_fixture f{sqlite_at(file)};
    CHECK(f.kept->verification_key(before).value().jwk == e.key->jwk);
    CHECK_FALSE(f.kept->verification_key(before).value().origin.has_value());
    CHECK(f.kept->verification_key(after).value().origin == origin);
}
