#include <webhookd/text/nearest.hpp>

#include <catch2/catch.hpp>

using namespace webhookd::text;

TEST_CASE("the edit distance counts slips of the finger", "[text]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("listen", "listen") == 0);
    CHECK(edit_distance("Listen", "listen") == 0);
    CHECK(edit_distance("lisetn", "listen") == 1);
    CHECK(edit_distance("lisen", "listen") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("a suggestion is made only when a known word is near", "[text]") {
    const std::string_view known[] = {"listen", "threads", "tls", "limits"};
    CHECK(nearest("lisen", known) == "listen");
    CHECK(nearest("thread", known) == "threads");
    CHECK(nearest("TLS", known) == "tls");
    CHECK(nearest("tsl", known) == "tls");
    CHECK_FALSE(nearest("foo", known));
    CHECK_FALSE(nearest("", known));
    CHECK_FALSE(nearest("x", known));
    CHECK_FALSE(nearest(std::string(100'000, 'l'), known));
}
