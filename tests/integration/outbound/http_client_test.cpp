#include <webhookd/outbound/http_client.hpp>

#include "support/free_port.hpp"
#include "support/paths.hpp"
#include "support/result_printer.hpp"
#include "support/scripted_server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace webhookd;
using namespace webhookd::outbound;
using test::http_reply;
using test::scripted_reply;
using test::scripted_server;
using namespace std::chrono_literals;

namespace {

http_request get(std::string url) {
    http_request request;
    request.url = std::move(url);
    return request;
}

http_request following(std::string url) {
    auto request = get(std::move(url));
    request.follow_same_host = true;
    return request;
}

scripted_reply redirect(int status, const std::string& location) {
    return http_reply(status, "", "Location: " + location + "\r\n");
}

} // namespace

TEST_CASE("a response comes back with its status, headers in lower case and body", "[outbound]") {
    scripted_server server{[](const auto&) {
        return http_reply(418, "short and stout", "X-Kind:  Teapot \r\nA: 1\r\nA: 2\r\n");
    }};
    http_client client;
    const auto response = client.perform(get(server.url("/a?b=c")));
    REQUIRE(response);
    CHECK(response->status == 418);
    CHECK(response->body == "short and stout");
    CHECK(response->headers == std::vector<std::pair<std::string, std::string>>{
                                   {"content-length", "15"}, {"x-kind", "Teapot"}, {"a", "1"}, {"a", "2"}});
    CHECK(response->latency > 0us);
    const auto request = server.requests().at(0);
    CHECK(request.head.starts_with("GET /a?b=c HTTP/1.1\r\n"));
    CHECK(request.header("user-agent").starts_with("universign-webhookd/"));
    CHECK(request.header("expect").empty());
}

TEST_CASE("a body is posted byte for byte, of any size, with the caller's headers", "[outbound]") {
    scripted_server server{[](const auto&) { return http_reply(200, ""); }};
    http_client client;
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{3'000'000}}) {
        auto request = get(server.url("/in"));
        request.method = "POST";
        request.body.assign(size, '\0');
        request.headers = {"Content-Type: application/json", "X-Empty:", "x-jws-signature: a..b"};
        REQUIRE(client.perform(request));
        const auto seen = server.requests().back();
        CHECK(seen.body == request.body);
        CHECK(seen.header("content-length") == std::to_string(size));
        CHECK(seen.header("content-type") == "application/json");
        CHECK(seen.header("x-jws-signature") == "a..b");
        CHECK(seen.head.find("X-Empty:") != std::string::npos);
    }
    auto request = get(server.url("/in"));
    request.method = "PATCH";
    request.body = "x";
    REQUIRE(client.perform(request));
    CHECK(server.requests().back().head.starts_with("PATCH "));
    request.method = "HEAD";
    request.body.clear();
    REQUIRE(client.perform(request));
}

TEST_CASE("one connection serves many calls, also after an error status", "[outbound]") {
    scripted_server server{
        [](const auto& request) { return http_reply(request.target() == "/bad" ? 500 : 200, "x"); }};
    http_client client;
    for (int i = 0; i < 5; ++i) {
        CHECK(client.perform(get(server.url("/good")))->status == 200);
        CHECK(client.perform(get(server.url("/bad")))->status == 500);
    }
    CHECK(server.accepted() == 1);
    http_client moved = std::move(client);
    CHECK(moved.perform(get(server.url("/good"))));
    CHECK(server.accepted() == 1);
}

TEST_CASE("a connection that the peer closed while it was idle is replaced", "[outbound]") {
    scripted_server server{[](const auto&) {
        auto reply = http_reply(200, "x");
        reply.then = scripted_reply::after::close;
        return reply;
    }};
    http_client client;
    for (int i = 0; i < 3; ++i)
        CHECK(client.perform(get(server.url("/")))->status == 200);
    CHECK(server.accepted() == 3);
}

TEST_CASE("an answer larger than the cap is an error, announced or not, and one just as large is not",
          "[outbound]") {
    const bool chunked = GENERATE(false, true);
    scripted_server server{[chunked](const auto& request) {
        const std::string body(request.target() == "/fits" ? 1000 : 1001, 'x');
        if (!chunked) return http_reply(200, body);
        const std::string length = body.size() == 1000 ? "3e8" : "3e9";
        return scripted_reply{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + length +
                                       "\r\n" + body + "\r\n0\r\n\r\n"};
    }};
    http_client client;
    auto request = get(server.url("/fits"));
    request.max_response = 1000;
    CHECK(client.perform(request)->body.size() == 1000);
    request.url = server.url("/large");
    const auto response = client.perform(request);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == errc::response_too_large);
    request.url = server.url("/fits");
    CHECK(client.perform(request)); // and the client goes on
}

TEST_CASE("an answer without end is cut off while it comes, body or headers", "[outbound]") {
    const bool in_body = GENERATE(false, true);
    scripted_server server{[in_body](const auto&) {
        return scripted_reply{.bytes = in_body ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 200 OK\r\n",
                              .then = scripted_reply::after::keep_saying,
                              .again = in_body ? std::string(1000, 'x') : "X: y\r\n"};
    }};
    http_client client;
    auto request = get(server.url("/"));
    request.max_response = 10'000;
    CHECK(client.perform(request).error().code == errc::response_too_large);
}

TEST_CASE("a redirect is an answer like any other unless following was asked for", "[outbound]") {
    scripted_server server{[](const auto&) { return redirect(302, "/elsewhere"); }};
    http_client client;
    CHECK(client.perform(get(server.url("/")))->status == 302);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("redirects within the same origin are followed, absolute or relative, three times at most",
          "[outbound]") {
    std::string base;
    scripted_server server{[&base](const auto& request) {
        if (request.target() == "/1") return redirect(301, "/dir/2");
        if (request.target() == "/dir/2") return redirect(302, "3?x=y");
        if (request.target() == "/dir/3?x=y") return redirect(308, base + "/4");
        if (request.target() == "/0") return redirect(307, "/1");
        return http_reply(200, request.target());
    }};
    base = server.url("");
    http_client client;
    CHECK(client.perform(following(server.url("/1")))->body == "/4");
    CHECK(server.accepted() == 1);
    const auto four = client.perform(following(server.url("/0")));
    REQUIRE_FALSE(four);
    CHECK(four.error().code == errc::network);
    CHECK(four.error().detail.find("more than 3") != std::string::npos);
}

TEST_CASE("a redirect that leaves scheme, host or port is refused, and nobody is asked there", "[outbound]") {
    scripted_server other{[](const auto&) { return http_reply(200, "wrong"); }};
    std::string location;
    scripted_server server{[&location](const auto&) { return redirect(302, location); }};
    const auto port = std::to_string(server.port());
    const std::string locations[] = {
        other.url("/keys"),
        "//127.0.0.1:" + std::to_string(other.port()) + "/keys",
        "http://localhost:" + port + "/keys",
        "https://127.0.0.1:" + port + "/keys",
        "http://127.0.0.1/keys",
        "http://127.0.0.1:" + port + "@evil.example/keys",
        "file:///etc/passwd",
        "gopher://127.0.0.1:" + port + "/",
        "http://",
    };
    http_client client;
    for (const auto& where : locations) {
        location = where;
        CAPTURE(where);
        const auto response = client.perform(following(server.url("/")));
        REQUIRE_FALSE(response);
        CHECK(response.error().code == errc::network);
    }
    CHECK(other.accepted() == 0);
}

TEST_CASE("a post is repeated for redirects that keep the method and for no other", "[outbound]") {
    scripted_server server{[](const auto& request) {
        if (request.target() == "/307") return redirect(307, "/end");
        if (request.target() == "/303") return redirect(303, "/end");
        return http_reply(200, request.body);
    }};
    http_client client;
    auto request = following(server.url("/307"));
    request.method = "POST";
    request.body = "bytes";
    CHECK(client.perform(request)->body == "bytes");
    request.url = server.url("/303");
    CHECK(client.perform(request)->status == 303);
}

TEST_CASE("a peer that is silent, slow or stops within its answer runs into the timeout", "[outbound]") {
    const auto bytes = GENERATE(as<std::string>{}, "", "HTTP/1.1 200 OK\r\nContent-Le",
                                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    scripted_server server{[bytes](const auto&) {
        return scripted_reply{bytes, scripted_reply::after::hang};
    }};
    http_client client;
    auto request = get(server.url("/"));
    request.timeout = 100ms;
    const auto response = client.perform(request);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == errc::network_timeout);
}

TEST_CASE("redirects share one timeout", "[outbound]") {
    scripted_server server{[](const auto& request) {
        if (request.target() == "/1") return redirect(302, "/2");
        return scripted_reply{"", scripted_reply::after::hang};
    }};
    auto request = following(server.url("/1"));
    request.timeout = 150ms;
    CHECK(http_client{}.perform(request).error().code == errc::network_timeout);
}

TEST_CASE("a connection that breaks is a network failure, and the next call works", "[outbound]") {
    const auto bytes =
        GENERATE(as<std::string>{}, "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "SSH-2.0-x\r\n");
    const auto then = GENERATE(scripted_reply::after::reset, scripted_reply::after::close);
    scripted_server server{[bytes, then](const auto& request) {
        return request.target() == "/good" ? http_reply(200, "good") : scripted_reply{bytes, then};
    }};
    http_client client;
    CHECK(client.perform(get(server.url("/bad"))).error().code == errc::network);
    CHECK(client.perform(get(server.url("/good")))->body == "good");
}

TEST_CASE("a port where nobody listens and a name that nobody has are network failures", "[outbound]") {
    http_client client;
    const auto refused = client.perform(get("http://127.0.0.1:" + std::to_string(test::free_port()) + "/"));
    CHECK(refused.error().code == errc::network);
    CHECK(client.perform(get("http://127.0.0.1:1/?token=hush")).error().detail.find("hush") ==
          std::string::npos);
}

TEST_CASE("what cannot be sent is refused before anything is", "[outbound]") {
    scripted_server server{[](const auto&) { return http_reply(200, ""); }};
    http_client client;
    const std::string urls[] = {
        "",          "127.0.0.1", "/path",        "ftp://127.0.0.1/", "file:///etc/passwd",
        "http://",   "http:// x", "https://[::1", "javascript:1",     server.url("/a\r\nX: y"),
        "http://a:b"};
    for (const auto& url : urls) {
        CAPTURE(url);
        CHECK(client.perform(get(url)).error().code == errc::argument_invalid);
    }
    for (const std::string header : {"no colon", ": value", "A: b\r\nC: d", "A: b\nC: d"}) {
        auto request = get(server.url("/"));
        request.headers = {header};
        CAPTURE(header);
        CHECK(client.perform(request).error().code == errc::argument_invalid);
    }
    auto request = get(server.url("/"));
    request.method = "GET /x HTTP/1.1\r\n";
    CHECK(client.perform(request).error().code == errc::argument_invalid);
    request = get(server.url("/"));
    request.timeout = 0ms;
    CHECK(client.perform(request).error().code == errc::argument_invalid);
    CHECK(server.accepted() == 0);
}

TEST_CASE("a proxy from the environment is not asked for what is on the loopback", "[outbound]") {
    scripted_server server{[](const auto&) { return http_reply(200, "direct"); }};
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    const auto response = http_client{}.perform(get(server.url("/")));
    ::unsetenv("http_proxy");
    CHECK(response->body == "direct");
}

TEST_CASE("a certificate is believed only when the system or the named file vouches for it", "[outbound]") {
    const auto identity = test::make_tls_identity();
    scripted_server server{[](const auto&) { return http_reply(200, "private"); }, identity};
    http_client client;
    auto request = get(server.url("/"));
    CHECK(client.perform(request).error().code == errc::network);
    CHECK(server.requests().empty());

    const auto file = std::filesystem::path{test::build_folder()} / "outbound_ca.pem";
    std::ofstream{file} << identity.certificate_pem;
    request.ca_file = file.string();
    CHECK(client.perform(request)->body == "private");

    request.url =
        "https://localhost:" + std::to_string(server.port()) + "/"; // not the name in the certificate
    CHECK(client.perform(request).error().code == errc::network);

    request.ca_file.clear(); // trust given for one call is not kept for the next
    request.url = server.url("/");
    const auto untrusted = client.perform(request);
    CHECK_FALSE(untrusted);
}

TEST_CASE("over a connection that dies a GET may be sent again, and a POST is not", "[outbound]") {
    std::atomic<bool> die = false;
    scripted_server server{[&die](const auto&) {
        return die.exchange(false) ? test::scripted_reply{"", test::scripted_reply::after::close, {}, {}}
                                   : http_reply(200, "well");
    }};
    http_client client;
    auto request = get(server.url("/"));
    REQUIRE(client.perform(request));
    die = true;
    CHECK(client.perform(request)->body == "well");
    CHECK(server.requests().size() == 3);

    request.method = "POST";
    request.body = "once";
    die = true;
    const auto lost = client.perform(request);
    REQUIRE(lost.has_error());
    CHECK(lost.error().code == errc::network);
    CHECK(server.requests().size() == 4);
    CHECK(client.perform(request)->body == "well");
}
