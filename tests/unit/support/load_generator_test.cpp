#include "support/free_port.hpp"
#include "support/http_answer.hpp"
#include "support/load_generator.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace webhookd::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

std::string answer(std::string_view status_line, std::string_view body, std::string_view more = "") {
    return "HTTP/1.1 " + std::string(status_line) + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

const std::string accepted = answer("200 OK", R"({"status":"accepted"})");

/// Answers one connection after the other; `reply` gets the number of the request, counted over all of them,
/// and an empty reply closes the connection.
class scripted_server {
public:
    scripted_server(std::size_t connections, std::function<std::string(int)> reply)
        : thread_([this, connections, reply = std::move(reply)] { serve(connections, reply); }) {}
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    void serve(std::size_t connections, const std::function<std::string(int)>& reply) {
        int request = 0;
        for (std::size_t i = 0; i < connections; ++i) {
            asio::ip::tcp::socket socket(loop_);
            acceptor_.accept(socket);
            std::string in;
            boost::system::error_code error;
            while (true) {
                const auto size = asio::read_until(socket, asio::dynamic_buffer(in), "\r\n\r\n", error);
                if (error) break;
                in.erase(0, size);
                const auto text = reply(request++);
                if (text.empty()) break;
                asio::write(socket, asio::buffer(text), error);
                if (error) break;
            }
        }
    }

    asio::io_context loop_;
    asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
    std::jthread thread_;
};

const std::vector<std::string> twenty(20, "GET / HTTP/1.1\r\n\r\n");

load_plan plan_for(const scripted_server& server, std::span<const std::string> requests) {
    load_plan plan;
    plan.port = server.port();
    plan.requests = requests;
    plan.connections = 1;
    return plan;
}

} // namespace

TEST_CASE("every answer is counted by what it says", "[support][load]") {
    scripted_server server(1, [](int request) {
        if (request == 3) return answer("200 OK", R"({"status":"duplicate"})");
        if (request == 5) return answer("503 Service Unavailable", "full");
        if (request == 7) return answer("200 OK", "hello");
        return accepted;
    });
    const auto result = run_load(plan_for(server, twenty));
    CHECK(result.sent == 20);
    CHECK(result.accepted == 17);
    CHECK(result.duplicate == 1);
    CHECK(result.other == std::map<int, std::uint64_t>{{200, 1}, {503, 1}});
    CHECK(result.answered() == 20);
    CHECK(result.problem == "answer 503: full");
    CHECK_FALSE(result.flawless(20));
}

TEST_CASE("all accepted is flawless, also over connections that the server closes after an answer",
          "[support][load]") {
    scripted_server server(3, [](int request) {
        return request == 6 || request == 12
                   ? answer("200 OK", R"({"status":"accepted"})", "Connection: close\r\n")
                   : accepted;
    });
    const auto result = run_load(plan_for(server, twenty));
    CHECK(result.flawless(20));
    CHECK(result.reconnects == 2);
}

TEST_CASE("a list of requests can be sent several times", "[support][load]") {
    scripted_server server(1, [](int) { return accepted; });
    auto plan = plan_for(server, twenty);
    plan.repeat = 3;
    CHECK(run_load(plan).flawless(60));
}

TEST_CASE("a connection that breaks before its answer leaves the request unanswered", "[support][load]") {
    scripted_server server(2, [](int request) { return request == 4 ? std::string() : accepted; });
    const auto result = run_load(plan_for(server, twenty));
    CHECK(result.accepted == 19);
    CHECK(result.unanswered == 1);
    CHECK_FALSE(result.flawless(20));
}

TEST_CASE("the open loop counts latency from the intended moment, so that a stall shows in all that waited",
          "[support][load]") {
    scripted_server server(1, [](int request) {
        if (request == 0) std::this_thread::sleep_for(300ms); // the stall itself, not a wait for luck
        return accepted;
    });
    auto plan = plan_for(server, twenty);
    plan.rate = 1000; // all twenty are due within the stall
    const auto result = run_load(plan);
    CHECK(result.flawless(20));
    CHECK(result.latency.quantile(0.05) >= 250ms); // the least of them
}

TEST_CASE("the closed loop counts latency from the sending", "[support][load]") {
    scripted_server server(1, [](int request) {
        if (request == 0) std::this_thread::sleep_for(300ms);
        return accepted;
    });
    const auto result = run_load(plan_for(server, twenty));
    CHECK(result.latency.max() >= 300ms);
    CHECK(result.latency.quantile(0.5) < result.latency.max() / 2);
}

TEST_CASE("load is sent to loopback addresses only, and not to nobody", "[support][load]") {
    load_plan plan;
    plan.requests = twenty;
    plan.port = free_port();
    for (const char* address : {"192.0.2.1", "0.0.0.0", "localhost", "::1", ""}) {
        plan.address = address;
        CHECK_THROWS_AS(run_load(plan), std::invalid_argument);
    }
    plan.address = "127.0.0.1";
    CHECK_THROWS_AS(run_load(plan), std::system_error);
}

TEST_CASE("an HTTP answer is complete with its last byte and not before", "[support][load]") {
    const auto text = answer("200 OK", "hello", "X-Other: 1\r\n");
    for (std::size_t i = 0; i < text.size(); ++i) {
        CHECK(parse_http_answer(text.substr(0, i)).progress == answer_progress::incomplete);
    }
    const auto more = text + "HTTP/1.1";
    const auto whole = parse_http_answer(more);
    CHECK(whole.progress == answer_progress::complete);
    CHECK(whole.status == 200);
    CHECK(whole.body == "hello");
    CHECK(whole.size == text.size());
    CHECK(whole.keep_alive);
}

TEST_CASE("what is no answer is malformed", "[support][load]") {
    for (const char* text :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc OK\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"}) {
        CAPTURE(text);
        CHECK(parse_http_answer(text).progress == answer_progress::malformed);
    }
    CHECK_FALSE(
        parse_http_answer("HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n").keep_alive);
}
