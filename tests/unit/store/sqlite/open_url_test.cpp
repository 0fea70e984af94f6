#include <webhookd/store/sqlite.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;

TEST_CASE("a storage URL names a file", "[store]") {
    struct named {
        const char* url;
        const char* file;
    };
    const named urls[] = {
        {"sqlite:/var/lib/universign-webhookd/events.db", "/var/lib/universign-webhookd/events.db"},
        {"sqlite:///var/lib/events.db", "/var/lib/events.db"},
        {"sqlite:events.db", "events.db"},
        {"sqlite:./data/events.db", "./data/events.db"},
        {"sqlite:/with a blank/100%.db", "/with a blank/100%.db"},
    };
    for (const auto& u : urls) {
        INFO(u.url);
        const auto file = store::parse_sqlite_url(u.url);
        REQUIRE(file.has_value());
        CHECK(*file == u.file);
    }
}

TEST_CASE("a storage URL that names no file is refused", "[store]") {
    using namespace std::string_literals;
    for (const auto& url :
         {""s, "/var/lib/events.db"s, "postgres://host/db"s, "SQLITE:/x"s, "sqlite:"s, "sqlite://"s,
          "sqlite://host/events.db"s, "sqlite::memory:"s, "sqlite:/var/lib/"s, "sqlite:/"s, "sqlite:."s,
          "sqlite:/var/.."s, "sqlite:/a?mode=ro"s, "sqlite:/a#b"s, "sqlite:/a\0b"s}) {
        INFO(url);
        const auto file = store::parse_sqlite_url(url);
        REQUIRE(file.has_error());
        CHECK(file.error().code == errc::store_bad_url);
        CHECK_THAT(file.error().detail, Catch::Matchers::Contains("sqlite:/var/lib"));
    }
}
