#include <webhookd/files/unique_fd.hpp>

#include "support/echo_server.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::echo_server;
using test::echo_service;
using test::raw_client;

namespace {

config::limits quick_limits() {
    config::limits l;
    l.header_timeout = 300ms;
    l.body_timeout = 300ms;
    l.idle_timeout = 300ms;
    l.body.bytes = 1000;
    l.headers.bytes = 2000;
    return l;
}

std::string post(const std::string& path, const std::string& body, const std::string& more = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

} // namespace

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
    auto limits = config::limits();
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
    auto limits = config::limits();
    limits.connections = 3;
    echo_server f(limits);
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

TEST_CASE("an answer before the body has been read reaches a client that sends on", "[http]") {
    auto limits = config::limits();
    limits.body.bytes = 1000;
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
    auto limits = config::limits();
    limits.body.bytes = 1'000'000;
    limits.bodies.bytes = 2'500'000;
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

// UndefinedBehaviorSanitizer looks at memory through pipes of its own, and takes their lack for an error.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("accept loops live through a lack of file descriptors", "[http]") {
    echo_server f;
    std::vector<raw_client> clients;
    clients.push_back(f.connect());
    clients.back().send(get);
    CHECK(clients.back().read_answer().status == 200);

    // This process is client and server: its own socket is there before the limit, below which no number is
    // free.
    auto starved = raw_client::unconnected();
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit tight{1, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
    starved.connect(f.port);
    const bool seen = test::wait_for_condition([&] { return f.server.snapshot().accept_errors > 0; });
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(seen);
    starved.send(get);
    CHECK(starved.read_answer().status == 200);
}

#endif

TEST_CASE("a port that is taken is an error, although ports are shared between our own loops", "[http]") {
    echo_server f;
    echo_service service;
    http::server second(f.loops.contexts(), service, {"second", {}, {}, nullptr});
    const auto opened = second.listen({net::listen_address::tcp("127.0.0.1", f.port)});
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == errc::address_in_use);
    CHECK_THAT(opened.error().detail, Catch::Contains("127.0.0.1:" + std::to_string(f.port)));
}

TEST_CASE("a unix socket serves, replaces a stale file, and leaves none behind", "[http]") {
    const test::temp_directory directory;
    const auto path = (directory.path() / "webhookd.sock").string();
    const auto address = net::listen_address::parse("unix:" + path);
    REQUIRE(address);
    for (int round = 0; round < 2; ++round) {
        echo_service service;
        runtime::event_loops loops(2, "unix");
        http::server server(loops.contexts(), service, {"unix", {}, {}, nullptr});
        REQUIRE(server.listen({*address}).has_value());
        server.start();
        auto client = raw_client::over_unix(path);
        client.send(get);
        CHECK(client.read_answer().body == "GET / unix 0 local");
        if (round == 0) {
            http::server rival(loops.contexts(), service, {"rival", {}, {}, nullptr});
            CHECK_FALSE(rival.listen({*address}).has_value());
        }
    }
    CHECK_FALSE(std::filesystem::exists(path));
    test::leave_stale_socket(path);
    echo_service service;
    runtime::event_loops loops(1, "unix");
    http::server server(loops.contexts(), service, {"unix", {}, {}, nullptr});
    CHECK(server.listen({*address}).has_value());
}

TEST_CASE("a unix socket whose owner listens and accepts nobody is left to it, at once", "[http]") {
    const test::temp_directory directory;
    const auto path = (directory.path() / "webhookd.sock").string();
    const auto address = net::listen_address::parse("unix:" + path);
    REQUIRE(address);
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof where.sun_path - 1);
    const auto* const raw = reinterpret_cast<const sockaddr*>(&where);
    const files::unique_fd owner(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(owner.get(), raw, sizeof where) == 0);
    REQUIRE(::listen(owner.get(), 0) == 0);
    // From the second on they would wait for their turn.
    std::vector<files::unique_fd> waiting;
    for (int full = 0; full == 0;) {
        waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        full = ::connect(waiting.back().get(), raw, sizeof where);
    }
    echo_service service;
    runtime::event_loops loops(1, "unix");
    http::server server(loops.contexts(), service, {"unix", {}, {}, nullptr});
    const auto opened = server.listen({*address});
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == errc::address_in_use);
    CHECK(std::filesystem::exists(path));
}
