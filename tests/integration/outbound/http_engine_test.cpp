#include <webhookd/files/unique_fd.hpp>
#include <webhookd/outbound/http_engine.hpp>

#include "support/chaos_sink.hpp"
#include "support/result_printer.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <map>
#include <thread>

using namespace webhookd;
using namespace webhookd::outbound;
using test::chaos_sink;
using namespace std::chrono_literals;

namespace {

using answer = result<post_answer>;
using target_ptr = std::shared_ptr<post_target>;

target_ptr target(const std::string& url, std::chrono::milliseconds timeout = 20s) {
    post_settings settings;
    settings.url = url;
    settings.timeout = timeout;
    auto prepared = http_engine::prepare(std::move(settings));
    REQUIRE(prepared);
    return *prepared;
}

post saying(const std::string& text, std::vector<std::string> headers = {}) {
    auto owned = std::make_shared<const std::string>(text);
    return {std::move(headers), *owned, owned};
}

std::future<answer> begin(http_engine& engine, const target_ptr& to, post p) {
    auto promised = std::make_shared<std::promise<answer>>();
    auto future = promised->get_future();
    engine.submit(to, std::move(p), [promised](answer a) { promised->set_value(std::move(a)); });
    return future;
}

answer run(http_engine& engine, const target_ptr& to, post p = saying("{}")) {
    auto future = begin(engine, to, std::move(p));
    REQUIRE(future.wait_for(30s) == std::future_status::ready);
    return future.get();
}

} // namespace

TEST_CASE("a post arrives byte for byte, with its headers and those of its target", "[forward][engine]") {
    chaos_sink sink;
    http_engine engine;
    post_settings settings;
    settings.url = sink.url("/in?a=b");
    settings.headers = {"X-Common: 1", "X-Common-Empty:"};
    const auto to = *http_engine::prepare(settings);
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{2'000'000}}) {
        const std::string body(size, '\0');
        const auto got = run(engine, to, saying(body, {"X-Own: " + std::to_string(size), "X-Empty: "}));
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(got->body == "well");
        CHECK_FALSE(got->cut);
        const auto seen = sink.requests().back();
        CHECK(seen.head.starts_with("POST /in?a=b HTTP/1.1\r\n"));
        CHECK(seen.body == body);
        CHECK(seen.header("content-length") == std::to_string(size));
        CHECK(seen.header("x-own") == std::to_string(size));
        CHECK(seen.header("x-common") == "1");
        CHECK(seen.head.find("X-Empty:\r\n") != std::string::npos);
        CHECK(seen.head.find("X-Common-Empty:\r\n") != std::string::npos);
        CHECK(seen.header("expect").empty());
        CHECK(seen.header("user-agent").starts_with("universign-webhookd/"));
    }
    const auto bare = run(engine, to);
    CHECK(bare);
    CHECK(sink.requests().back().header("x-own").empty());
    CHECK(sink.connections() == 1);
}

TEST_CASE("a thousand posts at once all end, each with its own answer", "[forward][engine]") {
    test::scripted_server server{[](const auto& request) { return test::http_reply(200, request.body); }};
    http_engine engine;
    const auto to = target(server.url("/"), 60s);
    constexpr int posts = 1000;
    std::vector<std::future<answer>> ends(posts);
    std::vector<std::thread> submitters; // from several threads, as several delivery loops would
    for (int t = 0; t < 4; ++t)
        submitters.emplace_back([&, t] {
            for (int i = t; i < posts; i += 4)
                ends[static_cast<std::size_t>(i)] = begin(engine, to, saying(std::to_string(i)));
        });
    for (auto& submitter : submitters)
        submitter.join();
    int right = 0;
    for (int i = 0; i < posts; ++i) {
        auto& end = ends[static_cast<std::size_t>(i)];
        REQUIRE(end.wait_for(60s) == std::future_status::ready);
        const auto got = end.get();
        if (got && got->body == std::to_string(i)) ++right;
    }
    CHECK(right == posts);
    const int opened = server.accepted();
    CHECK(run(engine, to));
    CHECK(server.accepted() == opened);
}

TEST_CASE("whoever is told of an end may submit the next post at once", "[forward][engine]") {
    chaos_sink sink;
    const auto to = target(sink.url());
    std::atomic<int> done = 0;
    http_engine engine;
    http_engine::completion next = [&](const answer& a) {
        if (a && ++done < 50) engine.submit(to, saying("x"), next);
    };
    engine.submit(to, saying("x"), next);
    CHECK(test::wait_for_condition([&] { return done == 50; }));
    CHECK(sink.connections() == 1);
}

TEST_CASE("a target's cancellation ends its own posts and nobody else's", "[forward][engine]") {
    chaos_sink hanging;
    chaos_sink well;
    http_engine engine;
    const auto cancelled = target(hanging.url());
    const auto other = target(hanging.url("/other"));
    hanging.next(test::chaos::hang(), 6);
    std::vector<std::future<answer>> ends;
    for (int i = 0; i < 5; ++i)
        ends.push_back(begin(engine, cancelled, saying("x")));
    auto stays = begin(engine, other, saying("x"));
    REQUIRE(test::wait_for_condition([&] { return hanging.requests().size() == 6; }));

    auto late = begin(engine, cancelled, saying("not begun, or under way, or answered"));
    engine.cancel(*cancelled);
    for (auto& end : ends) {
        REQUIRE(end.wait_for(30s) == std::future_status::ready);
        const auto got = end.get();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::shutting_down);
    }
    REQUIRE(late.wait_for(30s) == std::future_status::ready);
    const auto last = late.get();
    CHECK((last ? last->status == 200 : last.error().code == errc::shutting_down));
    CHECK(run(engine, target(well.url())));
    CHECK(stays.wait_for(0s) == std::future_status::timeout);
    engine.cancel(*other);
    CHECK_FALSE(stays.get());
    CHECK(run(engine, cancelled)->status == 200); // and may be used again
}

TEST_CASE("posts that nobody ever answers end all, with nothing else to wake the engine",
          "[forward][engine]") {
    // Nobody accepts: the kernel completes the connections, and nothing happens on them ever after.
    const files::unique_fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening.get(), any, size) == 0);
    REQUIRE(::listen(listening.get(), SOMAXCONN) == 0);
    REQUIRE(::getsockname(listening.get(), any, &size) == 0);
    const auto to = target("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/", 100ms);

    constexpr int posts = 48;
    constexpr int at_once = 16;
    std::atomic<int> begun = at_once;
    std::atomic<int> late = 0;
    http_engine engine;
    http_engine::completion next = [&](const answer& a) {
        if (!a && a.error().code == errc::network_timeout) ++late;
        if (begun++ < posts) engine.submit(to, saying("x"), next);
    };
    for (int i = 0; i < at_once; ++i)
        engine.submit(to, saying("x"), next);
    CHECK(test::wait_for_condition([&] { return late == posts; }, 30s));
}

TEST_CASE("an engine that ends tells everybody, also who submits while it ends", "[forward][engine]") {
    chaos_sink sink;
    sink.next(test::chaos::hang(), 20);
    const auto to = target(sink.url());
    std::atomic<int> told = 0;
    std::atomic<int> again = 0;
    {
        http_engine engine;
        for (int i = 0; i < 20; ++i)
            engine.submit(to, saying("x"), [&](const answer& a) {
                if (!a && a.error().code == errc::shutting_down) ++told;
                engine.submit(to, saying("x"), [&](const answer& second) {
                    if (!second && second.error().code == errc::shutting_down) ++again;
                });
            });
        REQUIRE(test::wait_for_condition([&] { return sink.requests().size() == 20; }));
    }
    CHECK(told == 20);
    CHECK(again == 20);
    http_engine fresh; // the target outlives the engine it was used with
    CHECK(run(fresh, to)->status == 200);
}

TEST_CASE("a header that is no line is refused before anything is sent", "[forward][engine]") {
    chaos_sink sink;
    http_engine engine;
    const auto to = target(sink.url());
    for (const std::string header : {"no colon", ": value", "A: b\r\nC: d", "A: b\nC: d"}) {
        const auto got = run(engine, to, saying("x", {header}));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::argument_invalid);
    }
    CHECK(sink.connections() == 0);
    CHECK(run(engine, to));
}

TEST_CASE("the user and the password of a URL are sent, and shown to nobody", "[forward][engine]") {
    chaos_sink sink;
    http_engine engine;
    auto url = sink.url("/hook?token=hush");
    url.insert(url.find("127"), "me:hush@");
    const auto to = target(url);
    CHECK(run(engine, to));
    CHECK(sink.requests().back().header("authorization") == "Basic bWU6aHVzaA==");
    sink.next(test::chaos::hang());
    const auto hung = run(engine, target(url, 500ms));
    sink.go_down();
    const auto refused = run(engine, to);
    REQUIRE_FALSE(hung);
    REQUIRE_FALSE(refused);
    CHECK(to_string(hung.error()) == "network-timeout: no answer within 500 ms");
    CHECK(to_string(refused.error()) == "network: connection refused");
}

TEST_CASE("a redirect is an answer and is not followed", "[forward][engine]") {
    chaos_sink sink;
    http_engine engine;
    const auto to = target(sink.url());
    sink.next(test::http_reply(307, "", "Location: " + sink.url("/elsewhere") + "\r\n"));
    CHECK(run(engine, to)->status == 307);
    CHECK(sink.requests().size() == 1);
}

TEST_CASE("a proxy from the environment is not asked for the loopback by the engine either",
          "[forward][engine]") {
    chaos_sink sink;
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    http_engine engine;
    const auto got = run(engine, target(sink.url()));
    ::unsetenv("http_proxy");
    CHECK(got->body == "well");
}

TEST_CASE("interim answers are not the answer", "[forward][engine]") {
    chaos_sink sink;
    http_engine engine;
    sink.next({.bytes = "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n"
                        "HTTP/1.1 503 No\r\nContent-Length: 2\r\nretry-AFTER:  7 \r\n\r\nno"});
    const auto got = run(engine, target(sink.url()));
    REQUIRE(got);
    CHECK(got->status == 503);
    CHECK(got->retry_after == "7");
    CHECK(got->body == "no");
}

TEST_CASE("a post over a connection that dies is sent once, and whether again is not libcurl's to decide",
          "[forward][engine]") {
    chaos_sink sink;
    http_engine engine;
    const auto to = target(sink.url());
    REQUIRE(run(engine, to)->status == 200);
    for (const auto& death : {test::chaos::go_silently(), test::chaos::reset()}) {
        const auto before = sink.requests().size();
        sink.next(death);
        const auto got = run(engine, to, saying("only once"));
        REQUIRE(got.has_error());
        CHECK(got.error().code == errc::network);
        CHECK_THAT(got.error().detail, Catch::StartsWith("connection "));
        CHECK(sink.requests().size() == before + 1);
        REQUIRE(run(engine, to)->status == 200); // and the next one is well
    }
}
