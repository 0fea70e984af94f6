#include "admin/auth/credentials.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;

namespace {

struct cookies {
    explicit cookies(const std::vector<std::string>& lines) {
        for (const auto& each : lines)
            headers.insert(http::field::cookie, each);
    }
    [[nodiscard]] std::string ids() const {
        std::string all;
        for (const auto id : admin::session_ids({headers, "/", ""}))
            all += std::string(id) + ' ';
        return all;
    }
    boost::beast::http::request_header<> headers;
};

} // namespace

TEST_CASE("a session's cookie is out of reach for scripts and other sites", "[admin]") {
    CHECK(admin::session_cookie("ID", false) ==
          "webhookd-session=ID; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict");
    CHECK(admin::session_cookie("ID", true) ==
          "__Host-webhookd-session=ID; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure");
}

TEST_CASE("ids are found among other cookies, those of https first", "[admin]") {
    CHECK(cookies({}).ids().empty());
    CHECK(cookies({"webhookd-session=a"}).ids() == "a ");
    CHECK(cookies({"theme=dark; webhookd-session=a; lang=fr"}).ids() == "a ");
    CHECK(cookies({"theme=dark;webhookd-session=a;"}).ids() == "a ");
    CHECK(cookies({"webhookd-session=plain; __Host-webhookd-session=secure"}).ids() == "secure plain ");
    CHECK(cookies({"webhookd-session=a", "webhookd-session=b; webhookd-session=c"}).ids() == "a b c ");
    for (const auto* other : {"webhookd-session", "webhookd-sessions=a", "Webhookd-Session=a", ";;;", "=", "",
                              "x=webhookd-session=a", "x-webhookd-session=a"}) {
        INFO(other);
        CHECK(cookies({other}).ids().empty());
    }
}

TEST_CASE("of very many cookies only a few are asked for", "[admin]") {
    std::string line;
    for (int i = 0; i < 1000; ++i)
        line += "webhookd-session=a; ";
    CHECK(cookies({line}).ids() == "a a a a a a a a ");
}

TEST_CASE("a browser is told to forget what it has sent and nothing else", "[admin]") {
    using lines = std::vector<std::string>;
    const auto forgotten = [](const std::string& line) {
        const cookies sent({line});
        return admin::forgotten_cookies({sent.headers, "/", ""});
    };
    CHECK(forgotten("theme=dark") == lines{});
    CHECK(forgotten("webhookd-session=a") ==
          lines{"webhookd-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"});
    CHECK(forgotten("__Host-webhookd-session=a") ==
          lines{"__Host-webhookd-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure"});
}
