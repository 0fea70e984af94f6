#include "config/wording.hpp"

#include <catch2/catch.hpp>

using namespace webhookd::config;

TEST_CASE("a mistyped word is answered with the nearest, if one is near", "[config]") {
    const std::string_view known[] = {"listen", "threads", "tls", "limits"};
    CHECK(did_you_mean("limit", known) == "; did you mean \"limits\"?");
    CHECK(did_you_mean("nothing-like-it", known).empty());
}

TEST_CASE("a member is named by its path, in brackets where it is no plain word", "[config]") {
    CHECK(member_path("", "server") == "server");
    CHECK(member_path("server", "limits") == "server.limits");
    CHECK(member_path("when", "/payload") == "when[\"/payload\"]");
}
