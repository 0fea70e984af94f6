#include <webhookd/admin/access.hpp>

#include "support/manual_clock.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <variant>

using namespace webhookd;
using admin::open_page;
using config::role;
using http::verb;
using http::web_page;

namespace {

/// Of "viewer" and "ops".
const config::token viewer{"viewer", role::integrator,
                           "d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799"};
const config::token ops{"ops", role::admin,
                        "a92c36e66a25ee99ff862faa8e87987be6c7cd13c3ee661c400a45b0f1e3b132"};

config::admin with_tokens() {
    config::admin admin;
    admin.tokens = {viewer, ops};
    return admin;
}

struct asking {
    verb method = verb::get;
    web_page page = web_page::own;
    std::string mark = "1"; ///< Webhookd-Console
    std::string authorization = {};
    bool https = false;
    bool local = false;
};

class fixture {
public:
    explicit fixture(const config::admin& admin = with_tokens())
        : access(admin, clock) {}

    /// The status; what came with it is in `cookie` and `who`.
    int sign_in(const std::string& token, const asking& a = {.method = verb::post}) {
        request r(*this, a);
        const auto begun = access.sign_in(r.seen, token);
        if (const auto* refusal = std::get_if<http::response>(&begun))
            return static_cast<int>(refusal->status);
        const auto& done = std::get<admin::access::signed_in>(begun);
        who = done.who;
        set_cookie = done.cookie;
        cookie = done.cookie.substr(0, done.cookie.find(';'));
        return 200;
    }
    int ask(admin::permission needed = role::integrator, const asking& a = {}) {
        request r(*this, a);
        const auto decided = access.authorize(r.seen, needed);
        if (const auto* refusal = std::get_if<http::response>(&decided))
            return static_cast<int>(refusal->status);
        who = std::get<admin::identity>(decided);
        return 200;
    }
    http::response sign_out(const asking& a = {.method = verb::delete_}) {
        request r(*this, a);
        return access.sign_out(r.seen);
    }

    test::manual_clock clock{*parse_rfc3339("2026-01-02T12:00:00Z")};
    admin::access access;
    std::string cookie; ///< sent with each request
    std::string set_cookie;
    admin::identity who;

private:
    struct request {
        request(const fixture& f, const asking& a) {
            headers.method(a.method);
            if (!f.cookie.empty()) headers.set(http::field::cookie, f.cookie);
            if (!a.mark.empty()) headers.set("Webhookd-Console", a.mark);
            if (!a.authorization.empty()) headers.set(http::field::authorization, a.authorization);
            seen.caller.address = "198.51.100.7";
            seen.caller.page = a.page;
            seen.caller.https = a.https;
            seen.caller.local = a.local;
            if (!a.local) seen.caller.doubt = "came from the moon";
        }
        boost::beast::http::request_header<> headers;
        http::request seen{headers, "/v1/events", ""};
    };
};

} // namespace

TEST_CASE("who signed in has the name and role of the token", "[admin]") {
    fixture f;
    CHECK(f.ask() == 401);
    REQUIRE(f.sign_in("ops") == 200);
    CHECK(f.who.name == "ops");
    CHECK(f.who.session_ends == f.clock.now() + std::chrono::hours(8));
    f.who = {};
    CHECK(f.ask(role::admin) == 200);
    CHECK(f.who.name == "ops");
    CHECK(f.who.role == role::admin);
    CHECK(f.who.session_ends > f.clock.now() + std::chrono::hours(7));
    CHECK(f.ask(role::owner) == 403);
}

TEST_CASE("a leap of the wall clock neither ends nor prolongs a session", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops") == 200);
    for (const auto leap : {std::chrono::hours(24 * 365), std::chrono::hours(-24 * 800)}) {
        f.clock.advance(leap);
        CHECK(f.ask() == 200);
        CHECK(f.who.session_ends > f.clock.now() + std::chrono::hours(7));
        CHECK(f.who.session_ends <= f.clock.now() + std::chrono::hours(8));
    }
}

TEST_CASE("the cookie is Secure where the browser came over https", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops", {.method = verb::post, .https = true}) == 200);
    CHECK_THAT(f.set_cookie, Catch::StartsWith("__Host-webhookd-session=") && Catch::Contains("; Secure"));
    CHECK(f.ask() == 200);
    f.cookie.clear();
    REQUIRE(f.sign_in("ops") == 200);
    CHECK_THAT(f.set_cookie, Catch::StartsWith("webhookd-session=") && !Catch::Contains("Secure"));
}

TEST_CASE("a session changes nothing unless a page of this listener asks for it", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops") == 200);
    for (const auto method : {verb::post, verb::delete_}) {
        CHECK(f.ask(role::admin, {.method = method}) == 200);
        for (const auto& a : {asking{method, web_page::none}, asking{method, web_page::foreign},
                              asking{method, web_page::own, ""}, asking{method, web_page::own, "0"},
                              asking{method, web_page::none, ""}}) {
            CHECK(f.ask(role::integrator, a) == 403);
            CHECK(f.sign_out({method, a.page, a.mark}).status == http::status::forbidden);
        }
    }
    // To read it is enough that no page of another origin asks.
    CHECK(f.ask(role::integrator, {verb::get, web_page::none, ""}) == 200);
    CHECK(f.ask(role::integrator, {verb::get, web_page::foreign}) == 403);
    CHECK(f.ask() == 200);
}

TEST_CASE("signing out ends the session and makes the browser forget it", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops") == 200);
    const auto done = f.sign_out();
    CHECK(done.status == http::status::no_content);
    REQUIRE(done.headers.size() == 1);
    CHECK_THAT(done.headers[0].second,
               Catch::StartsWith("webhookd-session=;") && Catch::Contains("Max-Age=0"));
    CHECK(f.ask() == 401);
    CHECK(f.sign_out().status == http::status::no_content); // of one that is over
    f.cookie.clear();
    CHECK(f.sign_out().headers.empty());
}

TEST_CASE("signing in again ends the session before", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops") == 200);
    const auto before = f.cookie;
    REQUIRE(f.sign_in("viewer") == 200);
    CHECK(f.ask() == 200);
    CHECK(f.who.name == "viewer");
    f.cookie = before;
    CHECK(f.ask() == 401);
}

TEST_CASE("a session follows its token through a reload", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops") == 200);
    auto changed = with_tokens();
    changed.tokens[1] = {"operations", role::owner, ops.sha256};
    f.access.change(changed);
    CHECK(f.ask(role::owner) == 200);
    CHECK(f.who.name == "operations");
    changed.tokens.pop_back();
    f.access.change(changed);
    CHECK(f.ask() == 401);
    f.access.change(with_tokens());
    CHECK(f.ask() == 401); // for good
}

TEST_CASE("a session ends when the last token leaves the configuration", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops") == 200);
    f.access.change({});
    CHECK(f.ask() == 403);
    CHECK(f.ask(role::owner, {.local = true}) == 200);
    CHECK(f.who.name == "local");
    CHECK(f.who.token_sha256.empty());
}

TEST_CASE("where no token is configured there is nothing to sign in to", "[admin]") {
    fixture f{config::admin{}};
    CHECK(f.sign_in("anything", {.method = verb::post, .local = true}) == 409);
    CHECK(f.sign_in("anything") == 403);
}

TEST_CASE("wrong tokens count wherever they are given, and a right one is never held up", "[admin]") {
    fixture f;
    for (int i = 0; i < 5; ++i) {
        CHECK(f.sign_in("guess") == 401);
        CHECK(f.ask(role::integrator, {.authorization = "Bearer guess"}) == 401);
    }
    CHECK(f.sign_in("guess") == 429);
    CHECK(f.sign_in(std::string(100'000, 'a')) == 429);
    CHECK(f.ask(role::integrator, {.authorization = "Bearer guess"}) == 429);
    CHECK(f.sign_in("viewer") == 200);
    // A session comes first: what a proxy in front asks for is none of ours, and no guess can hide behind
    // one.
    CHECK(f.ask(role::integrator, {.authorization = "Bearer ops"}) == 200);
    CHECK(f.who.name == "viewer");
    // One that is over is no guess, either.
    f.cookie = "webhookd-session=over";
    CHECK(f.ask() == 401);
}

TEST_CASE("a cookie that somebody else has set hides no session", "[admin]") {
    fixture f;
    REQUIRE(f.sign_in("ops", {.method = verb::post, .https = true}) == 200);
    const auto own = f.cookie;
    f.cookie = "webhookd-session=planted; __Host-webhookd-session=x; " + own + "; webhookd-session=again";
    CHECK(f.ask() == 200);
}

TEST_CASE("the page is open to everybody, unless it is switched off", "[admin]") {
    fixture f;
    CHECK(f.ask(open_page::console, {verb::get, web_page::none}) == 200);
    CHECK(f.ask(open_page::console, {verb::get, web_page::foreign}) == 200);
    CHECK(f.ask(open_page::console, {verb::post, web_page::foreign}) == 403);
    REQUIRE(f.sign_in("ops") == 200);
    auto off = with_tokens();
    off.console = false;
    f.access.change(off);
    CHECK(f.ask(open_page::console) == 404);
    CHECK(f.ask() == 401);
    f.access.change(with_tokens());
    CHECK(f.ask(open_page::console) == 200);
    CHECK(f.ask() == 401);
}

TEST_CASE("what lasts longer than a call ends with what has opened it", "[admin]") {
    fixture f;
    REQUIRE(f.ask(role::integrator, {.authorization = "Bearer viewer"}) == 200);
    const auto by_token = f.who;
    REQUIRE(f.sign_in("ops") == 200);
    REQUIRE(f.ask() == 200);
    const auto by_session = f.who;
    CHECK(f.access.still_allows(by_token));
    CHECK(f.access.still_allows(by_session));
    f.sign_out();
    CHECK(f.access.still_allows(by_token));
    CHECK_FALSE(f.access.still_allows(by_session));
    config::admin changed;
    changed.tokens = {ops};
    f.access.change(changed);
    CHECK_FALSE(f.access.still_allows(by_token));

    fixture open{config::admin{}};
    REQUIRE(open.ask(role::integrator, {.local = true}) == 200);
    CHECK(open.access.still_allows(open.who));
    open.access.change(with_tokens());
    CHECK_FALSE(open.access.still_allows(open.who));
}
