#include "config/nearest.hpp"
#include "config/wording.hpp"

#include <catch2/catch.hpp>

using namespace webhookd::config;

TEST_CASE("the edit distance counts slips of the finger", "[config]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("listen", "listen") == 0);
    CHECK(edit_distance("Listen", "listen") == 0);
    CHECK(edit_distance("lisetn", "listen") == 1);
    CHECK(edit_distance("lisen", "listen") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("a suggestion is made only when a known word is near", "[config]") {
    const std::string_view known[] = {"listen", "threads", "tls", "limits"};
    CHECK(nearest("lisen", known) == "listen");
    CHECK(nearest("thread", known) == "threads");
    CHECK(nearest("TLS", known) == "tls");
    CHECK(nearest("tsl", known) == "tls");
    CHECK_FALSE(nearest("foo", known));
    CHECK_FALSE(nearest("", known));
    CHECK_FALSE(nearest("x", known));
    CHECK_FALSE(nearest(std::string(100'000, 'l'), known));
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
