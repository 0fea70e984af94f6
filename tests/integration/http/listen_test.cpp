#include <webhookd/files/unique_fd.hpp>

#include "support/echo_server.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace webhookd;
using test::echo_server;
using test::echo_service;
using test::raw_client;
using namespace test::plain;

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
