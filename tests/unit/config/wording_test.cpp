#include "config/wording.hpp"

#include <catch2/catch.hpp>

using namespace webhookd::config;

TEST_CASE("a mistyped word is answered with the nearest, if one is near", "[config]") {
    const std::string_view known[] = {"listen", "threads", "tls", "limits"};
    CHECK(did_you_mean("limit", known) == "; did you mean \"limits\"?");
    CHECK(did_you_mean("nothing-like-it", known).empty());
}

TEST_CASE("what is quoted cannot disturb a terminal and stays short", "[config]") {
    CHECK(in_quotes("a\x1b[31mb\n") == "\"a?[31mb?\"");
    CHECK(in_quotes(std::string(81, 'x')) == '"' + std::string(80, 'x') + "...\"");
    CHECK(in_quotes(std::string(79, 'x') + "\u00e9" + "yy") == '"' + std::string(79, 'x') + "\u00e9...\"");
    CHECK(member_path("", "server") == "server");
    CHECK(member_path("server", "limits") == "server.limits");
    CHECK(member_path("when", "/payload") == "when[\"/payload\"]");
}
