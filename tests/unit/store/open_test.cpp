#include <webhookd/store/open.hpp>

#include "support/store_events.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace webhookd;

TEST_CASE("a store is opened by its URL", "[store]") {
    const test::temp_directory directory;
    const auto url = test::sqlite_url(directory / "events.db");
    {
        const auto made = store::open(url);
        REQUIRE(made.has_value());
        const auto e = test::make_event("evt_1");
        REQUIRE((*made)->append({&e, 1}).has_value());
        CHECK(store::open(url).error().code == errc::store_busy);
    }
    CHECK(std::filesystem::exists(directory / "events.db"));
    const auto again = store::open(url);
    REQUIRE(again.has_value());
    CHECK((*again)->last_offset() == 1);
}

TEST_CASE("a URL that names no store is refused with a word on how to write one", "[store]") {
    for (const auto* url : {"mysql://host/db", "/var/lib/events.db", "sqlite:", ""}) {
        INFO(url);
        for (const auto& refused : {store::open(url).error(), store::state_directory(url).error()}) {
            CHECK(refused.code == errc::store_bad_url);
            CHECK_THAT(refused.detail,
                       Catch::Matchers::Contains(
                           "a storage URL is written sqlite:/var/lib/universign-webhookd/events.db"));
        }
    }
    CHECK_THAT(store::open("mysql://host/db").error().detail,
               Catch::Matchers::StartsWith("the storage engines are sqlite and postgresql"));
}

TEST_CASE("a daemon's other files stand beside its database", "[store]") {
    CHECK(store::state_directory("sqlite:/var/lib/here/events.db").value() == "/var/lib/here");
    CHECK(store::state_directory("sqlite:events.db").value().empty());
}
