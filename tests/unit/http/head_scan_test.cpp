#include "http/head_scan.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using http::head_progress;

TEST_CASE("a head is complete at its empty line, and malformed at a line feed alone", "[http]") {
    CHECK(http::look_at_head("") == head_progress::incomplete);
    CHECK(http::look_at_head("GET / HTTP/1.1") == head_progress::incomplete);
    CHECK(http::look_at_head("GET / HTTP/1.1\r\nHost: a\r\n\r") == head_progress::incomplete);
    CHECK(http::look_at_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == head_progress::complete);
    CHECK(http::look_at_head("GET / HTTP/1.1\r\n\r\nbody\n") == head_progress::complete);
    CHECK(http::look_at_head("GET / HTTP/1.1\n") == head_progress::malformed);
    CHECK(http::look_at_head("\n") == head_progress::malformed);
    CHECK(http::look_at_head("GET / HTTP/1.1\r\nHost: a\n\r\n") == head_progress::malformed);
    CHECK(http::look_at_head("GET / HTTP/1.1\r\nHost: a\r\n\n") == head_progress::malformed);
}

TEST_CASE("empty lines before a request are counted whole", "[http]") {
    CHECK(http::empty_lines("") == 0);
    CHECK(http::empty_lines("\r") == 0);
    CHECK(http::empty_lines("\r\n") == 2);
    CHECK(http::empty_lines("\r\n\r\n\rGET") == 4);
    CHECK(http::empty_lines("GET / HTTP/1.1\r\n\r\n") == 0);
}
