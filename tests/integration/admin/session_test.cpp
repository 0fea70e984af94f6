#include "support/admin_api.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;
using test::http_answer;
using header_list = test::http_connection::header_list;

namespace {

const std::string secret = "a-token-that-no-log-may-show";
const std::string digest = "9acbc30090e4e3db4cc415bf78565e7b96bb32529f3ab6e10fd44fef5b52f191";

daemon_setup with_tokens() {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops + "    - { name: boss, role: owner, sha256: \"" + digest + "\" }\n";
    return setup;
}

const header_list from_page{{"Sec-Fetch-Site", "same-origin"}, {"Webhookd-Console", "1"}};

header_list operator+(header_list a, const header_list& b) {
    a.insert(b.begin(), b.end());
    return a;
}

class browser {
public:
    explicit browser(daemon_fixture& daemon)
        : connection_(daemon.admin_port()) {}

    http_answer sign_in(const std::string& token, header_list more = {}) {
        more.emplace("Content-Type", "application/json");
        auto answer = ask("POST", "/v1/session", more, "{\"token\":\"" + token + "\"}");
        if (answer.status == 200) {
            const auto& set = answer.headers.at("set-cookie");
            cookie = set.substr(0, set.find(';'));
        }
        return answer;
    }
    http_answer ask(const std::string& method, const std::string& target, header_list headers = from_page,
                    const std::string& body = {}) {
        if (!cookie.empty()) headers.emplace("Cookie", cookie);
        return connection_.exchange(method, target, headers, body);
    }
    int status(const std::string& method, const std::string& target, const header_list& headers = from_page) {
        return ask(method, target, headers).status;
    }

    std::string cookie;

private:
    test::http_connection connection_;
};

void reload_with(daemon_fixture& daemon, const std::string& text, const std::string& instead) {
    auto yaml = test::read_text(daemon.config_file());
    const auto at = yaml.find(text);
    REQUIRE(at != std::string::npos);
    yaml.replace(at, text.size(), instead);
    test::write_text(daemon.config_file(), yaml);
    test::http_connection admin(daemon.admin_port());
    REQUIRE(admin.exchange("POST", "/v1/reload", {{"Authorization", "Bearer ops"}}).status == 200);
}

} // namespace

TEST_CASE("a token that is given once opens a session, and neither it nor the cookie is in the log",
          "[admin][session]") {
    daemon_fixture daemon(with_tokens());
    browser page(daemon);
    CHECK(page.status("GET", "/v1/session") == 401);
    const auto begun = page.sign_in(secret);
    REQUIRE(begun.status == 200);
    CHECK_THAT(begun.body, Catch::Contains(R"("name":"boss","role":"owner","expires":"20)"));
    CHECK(begun.headers.at("cache-control") == "no-store");
    const auto& set = begun.headers.at("set-cookie");
    CHECK_THAT(set, Catch::StartsWith("webhookd-session=") &&
                        Catch::EndsWith("; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict"));
    CHECK(page.status("GET", "/v1/events") == 200);
    CHECK(page.status("POST", "/v1/reload") == 200);
    CHECK(page.status("GET", "/v1/session") == 200);
    CHECK(page.ask("GET", "/v1/session").headers.count("set-cookie") == 0);

    CHECK(daemon.says(R"("message":"signed in on the page","token":"boss")"));
    CHECK(page.status("DELETE", "/v1/session") == 204);
    CHECK(daemon.says(R"("message":"signed out on the page","token":"boss")"));
    CHECK(page.status("GET", "/v1/events") == 401);
    CHECK(daemon.terminate() == 0);
    CHECK_THAT(daemon.stderr_text(), !Catch::Contains(secret));
    CHECK_THAT(daemon.stderr_text(), !Catch::Contains(page.cookie.substr(page.cookie.find('=') + 1)));
}

TEST_CASE("the cookie is Secure and bound to its host where a trusted proxy or the browser tells of https",
          "[admin][session]") {
    auto setup = with_tokens();
    setup.admin += "  trusted_proxies: [\"127.0.0.1/32\"]\n";
    daemon_fixture daemon(setup);
    const auto cookie = [&](const header_list& headers) {
        return browser(daemon).sign_in("viewer", headers).headers.at("set-cookie");
    };
    const header_list proxy{{"X-Forwarded-For", "198.51.100.7"}};
    for (const auto& headers : {proxy + header_list{{"X-Forwarded-Proto", "https"}},
                                header_list{{"Forwarded", "for=198.51.100.7;proto=https"}},
                                header_list{{"Origin", "https://127.0.0.1"}}})
        CHECK_THAT(cookie(headers),
                   Catch::StartsWith("__Host-webhookd-session=") && Catch::EndsWith("; Secure"));
    for (const auto& headers : {header_list{}, proxy, proxy + header_list{{"X-Forwarded-Proto", "http"}}})
        CHECK_THAT(cookie(headers), Catch::StartsWith("webhookd-session=") && !Catch::Contains("Secure"));
    browser page(daemon);
    const auto https = proxy + header_list{{"X-Forwarded-Proto", "https"}};
    REQUIRE(page.sign_in("viewer", https).status == 200);
    CHECK(page.status("GET", "/v1/events", https) == 200);
}

TEST_CASE("a session's cookie is no use to a page of another origin, nor without the page's own header",
          "[admin][session]") {
    daemon_fixture daemon(with_tokens());
    browser page(daemon);
    REQUIRE(page.sign_in("ops").status == 200);
    for (const auto& headers : {
             header_list{},
             {{"Webhookd-Console", "1"}},
             {{"Sec-Fetch-Site", "same-origin"}},
             {{"Sec-Fetch-Site", "same-site"}, {"Webhookd-Console", "1"}},
             {{"Sec-Fetch-Site", "cross-site"}, {"Webhookd-Console", "1"}},
             {{"Origin", "http://evil.example"}, {"Webhookd-Console", "1"}},
             {{"Origin", "http://127.0.0.1:1"}, {"Webhookd-Console", "1"}},
             {{"Origin", "null"}, {"Webhookd-Console", "1"}},
         }) {
        CHECK(page.status("POST", "/v1/reload", headers) == 403);
        CHECK(page.status("DELETE", "/v1/session", headers) == 403);
    }
    CHECK(page.status("GET", "/v1/events", {{"Sec-Fetch-Site", "same-site"}}) == 403);
    CHECK(page.status("GET", "/v1/events", {{"Origin", "http://evil.example"}}) == 403);
    CHECK(page.status("GET", "/v1/events", {}) == 200);
    CHECK(page.status("POST", "/v1/reload") == 200);
    // Nobody is signed in from elsewhere.
    browser other(daemon);
    CHECK(other.sign_in("ops", {{"Origin", "http://evil.example"}}).status == 403);
    CHECK(other.sign_in("ops", {{"Content-Type", "text/plain"}}).status == 415);
}

TEST_CASE("a reload without the token ends its sessions, and a restart ends all", "[admin][session]") {
    daemon_fixture daemon(with_tokens());
    browser viewer(daemon);
    browser boss(daemon);
    REQUIRE(viewer.sign_in("viewer").status == 200);
    REQUIRE(boss.sign_in(secret).status == 200);
    const auto line = "    - { name: boss, role: owner, sha256: \"" + digest + "\" }\n";
    reload_with(daemon, line, "");
    CHECK(boss.status("GET", "/v1/events") == 401);
    CHECK(viewer.status("GET", "/v1/events") == 200);
    reload_with(daemon, test::viewer_and_ops, test::viewer_and_ops + line);
    CHECK(boss.status("GET", "/v1/events") == 401);
    const auto kept = viewer.cookie;
    daemon.restart();
    browser again(daemon);
    again.cookie = kept;
    CHECK(again.status("GET", "/v1/events") == 401);
    CHECK(again.sign_in("viewer").status == 200);
}

TEST_CASE("a live tail ends with the session that has opened it", "[admin][session]") {
    daemon_fixture daemon(with_tokens());
    browser page(daemon);
    REQUIRE(page.sign_in("viewer").status == 200);
    test::raw_client tail(daemon.admin_port());
    tail.send("GET /v1/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + page.cookie + "\r\n\r\n");
    const auto until = [&](const std::string& begin) {
        while (!tail.read_line("\n").starts_with(begin)) {
        }
    };
    until("id: "); // it has begun
    test::keep(daemon, "action.opened", 1);
    until("data: ");
    CHECK(page.status("DELETE", "/v1/session") == 204);
    test::keep(daemon, "action.opened", 2);
    std::string rest;
    for (auto line = tail.read_line(); line != "0"; line = tail.read_line())
        rest += line;
    CHECK_THAT(rest, !Catch::Contains("data: "));
}

TEST_CASE("beyond as many sessions as a token may have the oldest ends", "[admin][session]") {
    daemon_fixture daemon(with_tokens());
    browser first(daemon);
    browser second(daemon);
    browser others(daemon);
    REQUIRE(first.sign_in("viewer").status == 200);
    REQUIRE(second.sign_in("viewer").status == 200);
    REQUIRE(others.sign_in("ops").status == 200);
    for (int i = 0; i < 63; ++i)
        REQUIRE(browser(daemon).sign_in("viewer").status == 200);
    CHECK(first.status("GET", "/v1/events") == 401);
    CHECK(second.status("GET", "/v1/events") == 200);
    CHECK(others.status("GET", "/v1/events") == 200);
}

TEST_CASE("wrong tokens on the page make their address wait", "[admin][session]") {
    daemon_fixture daemon(with_tokens());
    browser page(daemon);
    for (int i = 0; i < 10; ++i)
        CHECK(page.sign_in("guess").status == 401);
    const auto refused = page.sign_in("guess");
    CHECK(refused.status == 429);
    CHECK(refused.headers.count("retry-after") == 1);
    CHECK(page.sign_in("viewer").status == 200);
}

TEST_CASE("without configured tokens this host is told that it needs none", "[admin][session]") {
    daemon_fixture daemon;
    browser page(daemon);
    const auto who = page.ask("GET", "/v1/session");
    CHECK(who.status == 200);
    CHECK(who.body == "{\"object\":\"session\",\"name\":null,\"role\":\"owner\",\"expires\":null}\n");
    CHECK(page.sign_in("anything").status == 409);
    CHECK(page.status("GET", "/v1/session", {{"Sec-Fetch-Site", "cross-site"}}) == 403);
    CHECK(page.status("GET", "/v1/session", {{"Host", "rebound.example"}}) == 403);
    CHECK(page.status("DELETE", "/v1/session") == 204);
}
