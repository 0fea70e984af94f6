#include <webhookd/error.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("a failure prints its name and its particulars") {
    CHECK(to_string(failure{errc::key_unknown}) == "key-unknown");
    CHECK(to_string(failure{errc::key_unknown, "scd_1"}) == "key-unknown: scd_1");
}

TEST_CASE("a result holds a value or a failure, and asking a failure for its value is a bug") {
    result<int> good = 3;
    result<int> bad = failure{errc::store_io, "read"};
    CHECK(good.value() == 3);
    CHECK(bad.error().code == errc::store_io);
    CHECK_THROWS_AS(bad.value(), std::logic_error);
}
