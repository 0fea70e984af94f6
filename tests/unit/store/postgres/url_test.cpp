#include <webhookd/store/open.hpp>
#include <webhookd/store/postgres.hpp>

#include "support/text.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

using namespace webhookd;
using test::contains;

namespace {

constexpr const char* secret_url =
    "postgresql://gustave:s3cr%21t@127.0.0.1:1,localhost:1/events?connect_timeout=2";

} // namespace

TEST_CASE("a PostgreSQL URL is shown without user, password and parameters", "[store][postgres]") {
    CHECK(store::describe(secret_url) == "postgresql://127.0.0.1,localhost/events");
    CHECK(store::describe("postgresql:///d?password=s3cret&user=gustave&host=/run") == "postgresql:///run/d");
    CHECK(store::describe("postgresql://u:s3cret@[::1") == "a PostgreSQL database");
    CHECK(store::describe("sqlite:/x/events.db") == "sqlite:/x/events.db");
}

TEST_CASE("a URL that libpq does not understand is refused without a word of it", "[store][postgres]") {
    for (const auto* url : {"postgresql://u:s3cret@[::1", "postgresql://u:s3cret@h/d?no_such=s3cret",
                            "postgresql://u:s3cret%zz@h/d"}) {
        INFO(url);
        const auto refused = store::open(url).error();
        CHECK(refused.code == errc::store_bad_url);
        CHECK_FALSE(contains(refused.detail, "s3cret"));
    }
}

TEST_CASE("an error of a connection tells neither user nor password", "[store][postgres]") {
    const auto failed = store::try_postgres({.url = secret_url, .password = "0ther"});
    REQUIRE(failed.has_error());
    CHECK(failed.error().code == errc::store_io);
    CHECK(contains(failed.error().detail, "127.0.0.1"));
    for (const auto* secret : {"gustave", "s3cr", "0ther"})
        CHECK_FALSE(contains(failed.error().detail, secret));
}

TEST_CASE("beside a PostgreSQL database other files stand in systemd's state directory",
          "[store][postgres]") {
    REQUIRE(setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1) == 0);
    CHECK(store::state_directory(secret_url).value() == "/var/lib/one");
    REQUIRE(unsetenv("STATE_DIRECTORY") == 0);
    CHECK(store::state_directory(secret_url).value() == "/var/lib/universign-webhookd");
}
