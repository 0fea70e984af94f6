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

namespace {

http::limits quick_limits() {
    http::limits l;
    l.header_timeout = 300ms;
    l.body_timeout = 300ms;
    l.idle_timeout = 300ms;
    l.body = 1000;
    l.headers = 2000;
    return l;
}

} // namespace

TEST_CASE("what is too large is refused, and the answer arrives", "[http]") {
    echo_server f(quick_limits());
    SECTION("a stated length") {
        auto client = f.connect();
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n");
        CHECK(client.read_answer().status == 413);
        CHECK(client.closed());
    }
    SECTION("a body that was sent without waiting") {
        auto client = f.connect();
        client.send(post("/", std::string(200'000, 'x')));
        CHECK(client.read_answer().status == 413);
    }
    SECTION("chunks that add up") {
        auto client = f.connect();
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 6; ++i)
            client.send("C8\r\n" + std::string(200, 'x') + "\r\n");
        CHECK(client.read_answer().status == 413);
    }
    SECTION("headers") {
        auto client = f.connect();
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + std::string(3000, 'x') + "\r\n\r\n");
        CHECK(client.read_answer().status == 431);
    }
    SECTION("exactly the limit is not too large") {
        auto client = f.connect();
        client.send(post("/", std::string(1000, 'x')));
        CHECK(client.read_answer().status == 200);
    }
    auto next = f.connect();
    next.send(get);
    CHECK(next.read_answer().status == 200);
}

TEST_CASE("slow clients are told and let go", "[http]") {
    echo_server f(quick_limits());
    SECTION("headers that never end") {
        auto client = f.connect();
        client.send("GET / HTTP/1.1\r\nHost:");
        CHECK(client.read_answer().status == 408);
        CHECK(client.closed());
        CHECK(f.server.snapshot().timeouts == 1);
    }
    SECTION("a body that never ends") {
        auto client = f.connect();
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
        CHECK(client.read_answer().status == 408);
        CHECK(client.closed());
    }
    SECTION("a connection that says nothing is closed without a word") {
        auto client = f.connect();
        CHECK(client.closed());
        CHECK(f.server.snapshot().timeouts == 0);
    }
    SECTION("an idle connection is closed without a word") {
        auto client = f.connect();
        client.send(get);
        CHECK(client.read_answer().status == 200);
        CHECK(client.closed());
    }
}

TEST_CASE("connections over the limit are turned away, and later ones are welcome again", "[http]") {
    auto limits = http::limits();
    limits.connections = 2;
    echo_server f(limits);
    // Each with a request under way: none of them can make room.
    const std::string half = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc";
    auto first = f.connect();
    first.send(half);
    {
        auto second = f.connect();
        second.send(half);
        REQUIRE(test::wait_for_condition([&] { return f.server.snapshot().connections == 2; }));
        bool told = false;
        // They may count as resting until their bytes have been seen.
        REQUIRE(test::wait_for_condition([&] {
            auto third = f.connect();
            third.send(post("/", std::string(100'000, 'x')));
            told = third.read_answer().status == 503;
            return told;
        }));
        CHECK(f.server.snapshot().turned_away >= 1);
        second.reset();
    }
    first.reset();
    REQUIRE(test::wait_for_condition([&] {
        auto fourth = f.connect();
        fourth.send(get);
        return fourth.read_answer().status == 200;
    }));
}

TEST_CASE("at the limit the connection that has rested longest makes room for a newcomer", "[http]") {
    auto limits = http::limits();
    limits.connections = 3;
    // One loop goes on with a connection before it looks at the next request: with several, the client has
    // an answer before the connection rests.
    echo_server f(limits, 1);
    std::vector<raw_client> resting;
    for (int i = 0; i < 3; ++i) {
        resting.push_back(f.connect());
        resting.back().send(get);
        CHECK(resting.back().read_answer().status == 200);
    }
    resting[0].send(get); // now the second has rested longest
    CHECK(resting[0].read_answer().status == 200);
    auto newcomer = f.connect();
    newcomer.send(get);
    CHECK(newcomer.read_answer().status == 200);
    CHECK(resting[1].closed());
    for (auto* still : {&resting[0], &resting[2], &newcomer}) {
        still->send(get);
        CHECK(still->read_answer().status == 200);
    }
    CHECK(f.server.snapshot().turned_away == 0);
    // However many one client keeps open, the next one is served.
    for (int i = 0; i < 50; ++i) {
        resting.push_back(f.connect());
        resting.back().send(get);
        CHECK(resting.back().read_answer().status == 200);
    }
    CHECK(test::wait_for_condition([&] { return f.server.snapshot().connections <= 3; }));
}

TEST_CASE("a newcomer finds room where the connection that rests is another loop's", "[http]") {
    auto limits = http::limits();
    limits.connections = 3;
    echo_server f(limits, 2);
    std::vector<raw_client> resting;
    for (int i = 0; i < 20; ++i)
        CHECK(test::wait_for_condition([&] { // soon after its answer a connection rests, not at once
            resting.push_back(f.connect());
            resting.back().send(get);
            return resting.back().read_answer().status == 200;
        }));
    CHECK(test::wait_for_condition([&] { return f.server.snapshot().connections <= 3; }));
}

TEST_CASE("an answer before the body has been read reaches a client that sends on", "[http]") {
    auto limits = http::limits();
    limits.body = 1000;
    echo_server f(limits);
    for (const auto* head : {"POST / HTTP/1.1\r\nContent-Length: 30000000\r\n", // 413
                             "POST /refused HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
                             "POST /refused HTTP/1.1\r\nContent-Length: 900000\r\n", "NONSENSE\r\n"}) {
        INFO(head);
        auto client = f.connect();
        client.send(std::string(head) + "Host: localhost\r\n\r\n");
        for (int i = 0; i < 30; ++i)
            client.send("F4240\r\n" + std::string(1'000'000, 'x') + "\r\n");
        const auto answer = client.read_answer();
        CHECK((answer.status == 413 || answer.status == 403 || answer.status == 400));
        CHECK(answer.headers.at("connection") == "close");
        client.finish();
        CHECK(client.closed());
    }
    CHECK(test::wait_for_condition([&] { return f.server.snapshot().connections == 0; }));
    auto client = f.connect();
    client.send(get);
    CHECK(client.read_answer().status == 200);
}

TEST_CASE("a refusal does not wait for the body, and a small one keeps the connection", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc");
    const auto answer = client.read_answer();
    CHECK(answer.status == 403);
    CHECK(answer.headers.count("connection") == 0);
    client.send(std::string(997, 'x') + get);
    CHECK(client.read_answer().status == 200);
}

TEST_CASE("all bodies in flight together have a bound, and room comes back", "[http]") {
    auto limits = http::limits();
    limits.body = 1'000'000;
    limits.bodies = 2'500'000;
    echo_server f(limits, 1);
    const auto head = [](std::size_t size) {
        return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    };
    std::vector<raw_client> slow;
    for (int i = 0; i < 2; ++i) {
        slow.push_back(f.connect());
        slow.back().send(head(1'000'000) + std::string(999'999, 'x'));
    }
    // Who asks before it sends takes no room.
    const auto ask = [&] {
        auto third = f.connect();
        third.send(
            "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");
        auto line = third.read_line();
        if (line.find("503") != std::string::npos)
            CHECK(third.read_line("\r\n\r\n").find("Retry-After") != std::string::npos);
        return line;
    };
    REQUIRE(test::wait_for_condition([&] { return ask() == "HTTP/1.1 503 Service Unavailable"; }));
    CHECK(f.server.snapshot().bodies_refused >= 1);
    CHECK(test::wait_for_condition([&] { return f.server.snapshot().body_bytes >= 1'999'998; }));
    CHECK(f.server.snapshot().body_bytes_limit == 2'500'000);
    SECTION("what fits is taken all the same") {
        auto small = f.connect();
        small.send(post("/", std::string(1000, 'x')));
        CHECK(small.read_answer().status == 200);
    }
    SECTION("a body that does not tell its length is refused when it goes beyond") {
        auto chunked = f.connect();
        chunked.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 9; ++i)
            chunked.send("186A0\r\n" + std::string(100'000, 'x') + "\r\n");
        CHECK(chunked.read_answer().status == 503);
    }
    for (auto& each : slow) {
        each.send("x");
        CHECK(each.read_answer().status == 200);
    }
    auto later = f.connect();
    later.send(post("/", std::string(1'000'000, 'x')));
    CHECK(later.read_answer().status == 200);
}
