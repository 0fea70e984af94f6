#include <webhookd/http/problem.hpp>

#include "http/wire.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using http::head_progress;

TEST_CASE("a response goes out with its length, its type and its connection", "[http]") {
    http::response r;
    r.body = "{}";
    const auto wire = http::to_wire(r, {});
    CHECK_THAT(wire, Catch::StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    CHECK_THAT(wire,
               Catch::EndsWith(" GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
    CHECK_THAT(http::to_wire(r, {.keep_alive = false}), Catch::Contains("\r\nConnection: close\r\n"));
    CHECK_THAT(http::to_wire(r, {.keep_alive = true, .http_1_0 = true}),
               Catch::Contains("\r\nConnection: keep-alive\r\n"));
}

TEST_CASE("every answer has a date, whatever its status", "[http]") {
    for (const auto status : {http::status::ok, http::status::no_content, http::status::bad_request,
                              http::status::service_unavailable}) {
        http::response r;
        r.status = status;
        CHECK_THAT(http::to_wire(r, {}),
                   Catch::Matches("[\\s\\S]*\r\nDate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
                                  "[A-Z][a-z][a-z] 20[0-9][0-9] [0-2][0-9]:[0-5][0-9]:"
                                  "[0-6][0-9] GMT\r\n[\\s\\S]*"));
    }
}

TEST_CASE("the answer to HEAD has the length of a body and no body", "[http]") {
    http::response r;
    r.body = "hello";
    const auto wire = http::to_wire(r, {.head = true});
    CHECK_THAT(wire, Catch::Contains("Content-Length: 5\r\n"));
    CHECK_THAT(wire, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("a line break in a header value cannot add a header", "[http]") {
    http::response r;
    r.headers.emplace_back("Allow", "POST\r\nSet-Cookie: a=b");
    const auto wire = http::to_wire(r, {});
    CHECK_THAT(wire, Catch::Contains("Allow: POST\r\n"));
    CHECK_THAT(wire, !Catch::Contains("Set-Cookie"));
}

TEST_CASE("a problem detail follows RFC 9457", "[http]") {
    const auto r = http::problem(http::status::not_found, "Nothing \"here\".");
    CHECK(r.content_type == "application/problem+json");
    CHECK(r.body ==
          R"({"type":"about:blank","title":"Not Found","status":404,"detail":"Nothing \"here\"."})");
    CHECK(http::unavailable("Later.", std::chrono::seconds(5)).headers.at(0) ==
          std::pair<std::string, std::string>("Retry-After", "5"));
    CHECK(http::method_not_allowed("POST").headers.at(0) ==
          std::pair<std::string, std::string>("Allow", "POST"));
}

TEST_CASE("a head is complete at its empty line, and malformed at a line feed alone", "[http]") {
    CHECK(http::scan_head("") == head_progress::incomplete);
    CHECK(http::scan_head("GET / HTTP/1.1") == head_progress::incomplete);
    CHECK(http::scan_head("GET / HTTP/1.1\r\nHost: a\r\n\r") == head_progress::incomplete);
    CHECK(http::scan_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == head_progress::complete);
    CHECK(http::scan_head("GET / HTTP/1.1\r\n\r\nbody\n") == head_progress::complete);
    CHECK(http::scan_head("GET / HTTP/1.1\n") == head_progress::malformed);
    CHECK(http::scan_head("\n") == head_progress::malformed);
    CHECK(http::scan_head("GET / HTTP/1.1\r\nHost: a\n\r\n") == head_progress::malformed);
    CHECK(http::scan_head("GET / HTTP/1.1\r\nHost: a\r\n\n") == head_progress::malformed);
}

TEST_CASE("empty lines before a request are counted whole", "[http]") {
    CHECK(http::empty_lines("") == 0);
    CHECK(http::empty_lines("\r") == 0);
    CHECK(http::empty_lines("\r\n") == 2);
    CHECK(http::empty_lines("\r\n\r\n\rGET") == 4);
    CHECK(http::empty_lines("GET / HTTP/1.1\r\n\r\n") == 0);
}

TEST_CASE("a constant counts as a body and is not copied", "[http]") {
    http::response r;
    r.constant = "constant bytes";
    const auto wire = http::to_wire(r, {});
    CHECK_THAT(wire, Catch::Contains("Content-Type: application/json\r\nContent-Length: 14\r\n"));
    CHECK_THAT(wire, Catch::EndsWith("\r\n\r\n"));
}
