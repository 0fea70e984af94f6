#include <webhookd/http/caller.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using http::web_page;

namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct asking {
    std::string peer = "127.0.0.1";
    std::string own = "127.0.0.1";
    std::string host = "127.0.0.1:8081";
    std::string target = "/v1/events";
    unsigned version = 11;
    std::string trusted = "192.0.2.0/24";
};

http::caller judge(const header_list& headers, const asking& a = {}) {
    boost::beast::http::request_header<> head;
    head.version(a.version);
    head.method(boost::beast::http::verb::get);
    head.target(a.target);
    if (!a.host.empty()) head.set(boost::beast::http::field::host, a.host);
    for (const auto& [name, value] : headers)
        head.insert(name, value);
    const std::vector<net::cidr> trusted{*net::cidr::parse(a.trusted)};
    auto who = http::judge_caller(a.peer, a.own, head, trusted);
    who.https = http::spoke_https(who, a.peer, head, trusted);
    return who;
}

} // namespace

TEST_CASE("a direct request from this host is local", "[http]") {
    CHECK(judge({}).local);
    CHECK(judge({}, {.peer = "::1", .own = "::1", .host = "[::1]:8081"}).local);
    CHECK(judge({}, {.peer = "unix", .own = "unix", .host = "localhost"}).local);
    CHECK(judge({{"User-Agent", "curl/8"}, {"Accept", "*/*"}, {"X-Request-Id", "1"}}).local);
    CHECK_FALSE(judge({}, {.peer = "192.0.2.7", .own = "192.0.2.1"}).local);
    CHECK_FALSE(judge({}, {.peer = "unknown"}).local);
    // nginx as it comes says nothing of itself but this.
    CHECK_FALSE(judge({{"Connection", "close"}}, {.version = 10}).local);
}

TEST_CASE("any sign of a proxy, in any spelling and number, makes a request foreign", "[http]") {
    const std::vector<header_list> signs{
        {{"X-Forwarded-For", "127.0.0.1"}},
        {{"x-forwarded-for", ""}},
        {{"X_Forwarded_For", "127.0.0.1"}},
        {{"X-Forwarded-Host", "127.0.0.1"}},
        {{"X-Forwarded-Proto", "https"}},
        {{"X-Forwarded", "for=1.2.3.4"}},
        {{"Forwarded", "for=127.0.0.1"}},
        {{"FORWARDED", "unknown"}},
        {{"Forwarded", "for=unknown"}},
        {{"Forwarded", "for=_hidden"}, {"Forwarded", "for=127.0.0.1"}},
        {{"Forwarded", "for=127.0.0.1"}, {"X-Forwarded-For", "::1"}},
        {{"Forwarded", "by=10.0.0.1"}},
        {{"Forwarded", ""}},
        {{"Forwarded-For", "127.0.0.1"}},
        {{"Via", "1.1 proxy"}},
        {{"X-Real-IP", "127.0.0.1"}},
        {{"X-Client-IP", "127.0.0.1"}},
        {{"True-Client-IP", "127.0.0.1"}},
        {{"CF-Connecting-IP", "127.0.0.1"}},
        {{"X-Original-URL", "/"}},
        {{"Proxy-Connection", "keep-alive"}},
    };
    for (const auto* peer : {"127.0.0.1", "::1", "unix"}) {
        for (const auto& headers : signs) {
            INFO(peer << ' ' << headers[0].first << ": " << headers[0].second);
            asking a;
            a.peer = a.own = peer;
            a.host = "localhost";
            const auto who = judge(headers, a);
            CHECK(who.proxied);
            CHECK_FALSE(who.local);
            CHECK(who.doubt == "came through a proxy");
            // Nor does a trusted proxy make anybody behind it local.
            a.trusted = "127.0.0.1/32";
            CHECK_FALSE(judge(headers, a).local);
        }
    }
}

TEST_CASE("only an address of this host will do as Host, with or without a port", "[http]") {
    for (const auto* host :
         {"127.0.0.1", "127.0.0.1:8081", "127.0.0.1:", "127.8.9.10:1", "localhost", "LocalHost:80",
          "localhost.", "[::1]", "[::1]:8081", "[0:0::1]", "192.0.2.1", "192.0.2.1:8081"}) {
        INFO(host);
        CHECK(judge({}, {.own = "192.0.2.1", .host = host}).local);
    }
    for (const auto* host : {"",
                             "rebound.example",
                             "127.0.0.1.example",
                             "localhost.example",
                             "example.localhost",
                             "127.0.0.1:80:80",
                             "127.0.0.1@evil.example",
                             "evil.example:8081",
                             "[::1",
                             "[::1]x",
                             "::1",
                             "[127.0.0.1]",
                             "0.0.0.0",
                             "127.1",
                             "2130706433",
                             "0x7f.1",
                             "192.0.2.1",
                             "[2001:db8::1]",
                             "127.0.0.1, evil.example",
                             "127.0.0.1:port",
                             "127.0.0.1:123456",
                             "localhost..",
                             "unix"}) {
        INFO(host);
        const auto who = judge({}, {.host = host});
        CHECK_FALSE(who.local);
        CHECK_FALSE(who.doubt.empty());
    }
    // The authority of the target is what a server must believe before Host (RFC 9112 §3.2.2).
    CHECK(judge({}, {.target = "http://127.0.0.1:8081/v1/events"}).local);
    CHECK_FALSE(judge({}, {.target = "http://rebound.example/v1/events"}).local);
}

TEST_CASE("a page of another origin, or one that hides its origin, is foreign", "[http]") {
    const auto page = [](const header_list& headers) { return judge(headers).page; };
    CHECK(page({}) == web_page::none);
    CHECK(page({{"Origin", "http://127.0.0.1:8081"}}) == web_page::own);
    CHECK(page({{"Sec-Fetch-Site", "same-origin"}}) == web_page::own);
    CHECK(page({{"Sec-Fetch-Site", "none"}}) == web_page::own);
    CHECK(page({{"Referer", "http://127.0.0.1:8081/console/?a=b"}}) == web_page::own);
    for (const auto& headers : std::vector<header_list>{
             {{"Origin", "http://evil.example"}},
             {{"Origin", "null"}},
             {{"Origin", ""}},
             {{"Origin", "http://127.0.0.1:3000"}},
             {{"Origin", "http://127.0.0.1:8081.evil.example"}},
             {{"Origin", "http://localhost:8081"}},
             {{"Origin", "http://127.0.0.1:8081"}, {"Origin", "http://evil.example"}},
             {{"Origin", "file://"}},
             {{"Sec-Fetch-Site", "cross-site"}},
             {{"Sec-Fetch-Site", "same-site"}},
             {{"Sec-Fetch-Site", "whatever"}},
             {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}},
             {{"Origin", "http://127.0.0.1:8081"}, {"Sec-Fetch-Site", "cross-site"}},
             {{"Origin", "http://evil.example"}, {"Sec-Fetch-Site", "same-origin"}},
             {{"Referer", "http://evil.example/127.0.0.1:8081"}},
         }) {
        INFO(headers[0].first << ": " << headers[0].second);
        CHECK(page(headers) == web_page::foreign);
        CHECK_FALSE(judge(headers).local);
    }
    CHECK(judge({{"Origin", "https://hooks.example"}}, {.host = "hooks.example:443"}).page == web_page::own);
}

TEST_CASE("that a client spoke https is told by a trusted proxy or by its browser", "[http]") {
    const auto https = [](const header_list& headers, asking a = {}) {
        a.host = "hooks.example";
        return judge(headers, a).https;
    };
    const asking through{.peer = "192.0.2.7"};
    CHECK_FALSE(https({}));
    CHECK(https({{"X-Forwarded-Proto", "https"}}, through));
    CHECK(https({{"X-Forwarded-Proto", "http, HTTPS"}}, through));
    CHECK(https({{"Forwarded", "for=198.51.100.7;proto=http, for=192.0.2.9;Proto=\"https\""}}, through));
    CHECK(https({{"X-Forwarded-Proto", "https"}}, {.peer = "unix"}));
    CHECK(https({{"Origin", "https://hooks.example"}}));
    for (const auto& headers : std::vector<header_list>{{{"X-Forwarded-Proto", "http"}},
                                                        {{"X-Forwarded-Proto", "https, http"}},
                                                        {{"X-Forwarded-Proto", "httpsx"}},
                                                        {{"X-Forwarded-Proto", ""}},
                                                        {{"Forwarded", "for=198.51.100.7"}},
                                                        {{"Forwarded", "for=198.51.100.7;proto=http"}}}) {
        INFO(headers[0].second);
        CHECK_FALSE(https(headers, through));
    }
    // Nobody else is believed.
    CHECK_FALSE(https({{"X-Forwarded-Proto", "https"}}));
    CHECK_FALSE(https({{"Origin", "https://evil.example"}}));
    CHECK_FALSE(https({{"Origin", "http://hooks.example"}}));
}
