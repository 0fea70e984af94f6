#pragma once

#include <webhookd/http/problem.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/runtime/event_loops.hpp>

#include "support/raw_client.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace webhookd::test {

/// Says what it received: method, path, client and size of the body. `/refused` is turned away by its headers
/// alone.
class echo_service final : public http::service {
public:
    std::optional<http::response> admit(const http::request& r) override {
        if (r.path == "/refused") return http::problem(http::status::forbidden, "No.");
        return std::nullopt;
    }

    runtime::task<http::response> handle(http::request& r) override {
        if (r.path == "/bug") throw std::runtime_error("a bug");
        http::response answer;
        answer.content_type = "text/plain";
        answer.body = std::string(r.headers.method_string()) + " " + std::string(r.path) + " " +
                      r.caller.address + " " + std::to_string(r.body.size()) +
                      (r.caller.local ? " local" : "");
        ++handled;
        co_return answer;
    }

    std::atomic<int> handled{0};
};

/// A server on a free port of loopback, with the service above.
struct echo_server {
    explicit echo_server(http::limits limits = {}, std::size_t loop_count = 2)
        : loops(loop_count, "test")
        , server(loops.contexts(), service, {"test", limits, trusted(), nullptr}) {
        REQUIRE(server.listen({net::listen_address::tcp("127.0.0.1", 0)}).has_value());
        server.start();
        const auto address = server.addresses().front();
        port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }

    static std::vector<net::cidr> trusted() { return {*net::cidr::parse("127.0.0.1/32")}; }

    raw_client connect() const { return raw_client(port); }

    echo_service service;
    runtime::event_loops loops;
    http::server server;
    std::uint16_t port = 0;
};

/// Requests in full.
namespace plain {

[[nodiscard]] inline std::string post(const std::string& path, const std::string& body,
                                      const std::string& more = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline const std::string get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

} // namespace plain

} // namespace webhookd::test
