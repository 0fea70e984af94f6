#include <webhookd/runtime/secrets.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using secrets::masked;

TEST_CASE("a secret is masked wherever it stands and however it travels", "[runtime]") {
    secrets::add({"un/ordinary \"key\" 42", "tr0ub4dor"});
    CHECK(masked("tr0ub4dor") == "***");
    CHECK(masked("x-tr0ub4dor-y tr0ub4dortr0ub4dor") == "x-***-y ******");
    CHECK(masked("a un/ordinary \"key\" 42 b") == "a *** b");
    CHECK(masked(R"({"k":"un/ordinary \"key\" 42"})") == R"({"k":"***"})");
    CHECK(masked("?k=un%2Fordinary%20%22key%22%2042&x") == "?k=***&x");
    CHECK(masked("?k=un%2fordinary%20%22key%22%2042&x") == "?k=***&x");
    // Of "user:tr0ub4dor", "u:tr0ub4dor!" and "tr0ub4dor" itself.
    for (const std::string form :
         {"dXNlcjp0cjB1YjRkb3I=", "dTp0cjB1YjRkb3Ih", "dHIwdWI0ZG9y", "dHIwdWI0ZG9yCg=="}) {
        CAPTURE(form);
        const auto shown = masked("Basic " + form);
        CHECK_THAT(shown, Catch::Contains("***"));
        CHECK_THAT(shown, !Catch::Contains("B1YjRkb") && !Catch::Contains("wdWI0ZG"));
    }
    CHECK(masked("nothing of the kind: tr0ub4do") == "nothing of the kind: tr0ub4do");
    CHECK(masked("").empty());
}

TEST_CASE("a secret that a bound cut off is masked as far as it got", "[runtime]") {
    secrets::add({"cut-me-if-you-can"});
    CHECK(masked("ends with cut-me-if", true) == "ends with ***");
    CHECK(masked("ends with cut-", true) == "ends with ***");
    CHECK(masked("ends with cut", true) == "ends with cut");
    CHECK(masked("ends with cut-me-if") == "ends with cut-me-if");
    CHECK(masked("cut-me-if-you-can and more", true) == "*** and more");
}

TEST_CASE("what is too short to be told from a word is no secret, lines of a long one are", "[runtime]") {
    secrets::add({"abc", "", "-----BEGIN KEY-----\nc2VjcmV0bGluZQ\nxyz\n"});
    CHECK(masked("abc") == "abc");
    CHECK(masked("xyz") == "xyz");
    CHECK(masked("see c2VjcmV0bGluZQ there") == "see *** there");
}

TEST_CASE("a URL is shown without user, query and fragment", "[runtime]") {
    CHECK(secrets::shown_url("https://keys.example/a/b.json") == "https://keys.example/a/b.json");
    CHECK(secrets::shown_url("https://me:pass@keys.example:8443/a?sig=abcdef#x") ==
          "https://keys.example:8443/a");
    CHECK(secrets::shown_url("https://me@you@keys.example?sig=a@b/c") == "https://keys.example");
    CHECK(secrets::shown_url("https://[::1]:80/a@b") == "https://[::1]:80/a@b");
}

TEST_CASE("of two secrets that begin alike the longer one is masked", "[runtime]") {
    secrets::add({"longsecret", "longsecret-and-more"});
    CHECK(masked("longsecret-and-more longsecret-and") == "*** ***-and");
}
