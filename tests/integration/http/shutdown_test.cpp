#include "support/echo_server.hpp"
#include "support/wait_for_condition.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::echo_server;
using test::raw_client;

namespace {

/// Answers only when it is let.
class gated_service final : public http::service {
public:
    std::optional<http::response> admit(const http::request&) override { return std::nullopt; }
    runtime::task<http::response> handle(http::request&) override {
        waiting = true;
        boost::asio::basic_waitable_timer<
            std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, runtime::executor>
            timer(co_await boost::asio::this_coro::executor);
        while (!open) {
            timer.expires_after(2ms);
            co_await timer.async_wait(runtime::use_task);
        }
        co_return http::response{};
    }
    std::atomic<bool> waiting{false};
    std::atomic<bool> open{false};
};

} // namespace

TEST_CASE("shutdown closes idle connections, finishes what is under way, and accepts nothing new", "[http]") {
    gated_service service;
    runtime::event_loops loops(2, "test");
    http::server server(loops.contexts(), service, {"test", {}, {}, nullptr});
    REQUIRE(server.listen({net::listen_address::tcp("127.0.0.1", 0)}).has_value());
    server.start();
    const auto port = static_cast<std::uint16_t>(
        std::stoi(server.addresses().front().substr(std::string("127.0.0.1:").size())));
    raw_client idle(port);
    raw_client busy(port);
    busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(test::wait_for_condition([&] { return service.waiting.load(); }));
    REQUIRE(test::wait_for_condition([&] { return server.snapshot().connections == 2; }));

    server.stop_accepting();
    CHECK(idle.closed());
    CHECK(test::wait_for_condition([&] { return !raw_client::can_connect(port); }));
    service.open = true;
    const auto answer = busy.read_answer();
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("connection") == "close");
    busy.finish();
    CHECK(server.drain(30s));
}

TEST_CASE("what does not end within the grace is cut off", "[http]") {
    echo_server f;
    auto client = f.connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    REQUIRE(test::wait_for_condition([&] { return f.server.snapshot().connections == 1; }));
    f.server.stop_accepting();
    CHECK_FALSE(f.server.drain(50ms));
    CHECK(client.read_answer().status == 408);
    CHECK(client.closed());
}

TEST_CASE("a connection is waited for from the moment it is accepted", "[http]") {
    for (int i = 0; i < 10; ++i) {
        echo_server f;
        auto client = f.connect();
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
        while (f.server.snapshot().connections == 0) {
        }
        CHECK_FALSE(f.server.drain(0ms));
        CHECK(f.server.snapshot().connections == 0);
    }
}
