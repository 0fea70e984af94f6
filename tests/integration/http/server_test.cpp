#include "support/echo_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::echo_server;
using test::raw_client;
using namespace test::plain;

TEST_CASE("requests on one connection are answered one after the other", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send(post("/a", "12345"));
    CHECK(client.read_answer().body == "POST /a 127.0.0.1 5 local");
    client.send(post("/b", ""));
    CHECK(client.read_answer().body == "POST /b 127.0.0.1 0 local");
}

TEST_CASE("pipelined requests are answered in their order", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send(post("/1", "a") + post("/2", "bb") + post("/refused", "ccc") + post("/3", "dddd"));
    CHECK(client.read_answer().body == "POST /1 127.0.0.1 1 local");
    CHECK(client.read_answer().body == "POST /2 127.0.0.1 2 local");
    CHECK(client.read_answer().status == 403);
    CHECK(client.read_answer().body == "POST /3 127.0.0.1 4 local");
}

TEST_CASE("a body may come in chunks and in pieces", "[http]") {
    echo_server f;
    auto client = f.connect();
    for (const char c : "POST /chunked HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n4;extension=1\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n")
        if (c != '\0') client.send(std::string(1, c));
    CHECK(client.read_answer().body == "POST /chunked 127.0.0.1 7 local");
}

TEST_CASE("HTTP/1.0 closes unless it asks to keep the connection", "[http]") {
    echo_server f;
    auto once = f.connect();
    once.send("GET /old HTTP/1.0\r\n\r\n");
    CHECK(once.read_answer().body == "GET /old 127.0.0.1 0");
    CHECK(once.closed());
    auto kept = f.connect();
    kept.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.read_answer().headers.at("connection") == "keep-alive");
    kept.send("GET /again HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.read_answer().status == 200);
}

TEST_CASE("100 Continue is sent for a body that is wanted, and only then", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send(
        "POST /wanted HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    CHECK(client.read_line() == "HTTP/1.1 100 Continue");
    CHECK(client.read_line().empty());
    client.send("abc");
    CHECK(client.read_answer().body == "POST /wanted 127.0.0.1 3 local");

    auto refused = f.connect();
    refused.send(
        "POST /refused HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    const auto answer = refused.read_answer();
    CHECK(answer.status == 403);
    CHECK(answer.headers.at("connection") == "close");
    CHECK(refused.closed());
}

TEST_CASE("what is no HTTP is refused", "[http]") {
    echo_server f;
    const std::vector<std::pair<std::string, int>> rows{
        {"hello\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: 1\r\n\r\n", 400},
    };
    for (const auto& [bytes, status] : rows) {
        INFO(bytes);
        auto client = f.connect();
        client.send(bytes);
        CHECK(client.read_answer().status == status);
        CHECK(client.closed());
    }
    CHECK(f.server.snapshot().malformed >= 5);
}

TEST_CASE("empty lines before a request are passed over, and lines must end with CRLF", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send("\r\n\r\n" + get);
    CHECK(client.read_answer().status == 200);
    client.send("\r\n"); // as some clients end a body
    client.send("\r");
    client.send("\n" + get);
    CHECK(client.read_answer().status == 200);
    for (const std::string bytes :
         {"GET / HTTP/1.1\nHost: localhost\n\n", "GET / HTTP/1.1\nHost: localhost\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: localhost\n\r\n", "\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
        INFO(bytes);
        auto sloppy = f.connect();
        sloppy.send(bytes);
        CHECK(sloppy.read_answer().status == 400);
    }
}

TEST_CASE("a client that goes away in the middle does no harm", "[http]") {
    echo_server f;
    for (int i = 0; i < 50; ++i) {
        auto client = f.connect();
        client.send(i % 2 == 0 ? "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"
                               : "POST / HT");
        client.reset();
    }
    CHECK(test::wait_for_condition([&] { return f.server.snapshot().connections == 0; }));
    auto client = f.connect();
    client.send(get);
    CHECK(client.read_answer().status == 200);
}

TEST_CASE("a service's exception is a 500 and ends that connection only", "[http]") {
    echo_server f;
    auto other = f.connect();
    auto client = f.connect();
    client.send(post("/bug", "x"));
    CHECK(client.read_answer().status == 500);
    CHECK(client.closed());
    CHECK(f.server.snapshot().exceptions == 1);
    other.send(get);
    CHECK(other.read_answer().status == 200);
}

TEST_CASE("forwarded addresses are believed from trusted peers, and such a client is not local", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send("GET /who HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n");
    CHECK(client.read_answer().body == "GET /who 203.0.113.9 0");
}
