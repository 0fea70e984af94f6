#include "admin/page/page.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace webhookd;
using admin::page_file;

namespace {

constexpr std::array files{
    page_file{"index.html", "text/html; charset=utf-8", "d1", false, "plain", "gzip'd", "brotli'd"},
    page_file{"assets/app-d2.js", "text/javascript; charset=utf-8", "d2", true, "code", "gz", "br"}};

http::response ask(std::string_view path, const std::string& accepted = "", const std::string& has = "") {
    http::fields asked;
    if (!accepted.empty()) asked.set(http::field::accept_encoding, accepted);
    if (!has.empty()) asked.set(http::field::if_none_match, has);
    return admin::serve_page_file(files, path, asked);
}

std::string header(const http::response& r, std::string_view name) {
    std::string values;
    for (const auto& [each, value] : r.headers)
        if (each == name) values += (values.empty() ? "" : " | ") + value;
    return values;
}

} // namespace

TEST_CASE("a file of the page is sent in the coding that was asked for", "[admin]") {
    const auto plain = ask("index.html");
    CHECK(plain.status == http::status::ok);
    CHECK(plain.constant == "plain");
    CHECK(plain.content_type == "text/html; charset=utf-8");
    CHECK(header(plain, "Content-Encoding").empty());
    CHECK(header(plain, "ETag") == "\"d1\"");
    CHECK(header(plain, "Vary") == "Accept-Encoding");
    const auto gzip = ask("index.html", "gzip");
    CHECK(gzip.constant == "gzip'd");
    CHECK(header(gzip, "Content-Encoding") == "gzip");
    CHECK(header(gzip, "ETag") == "\"d1-gzip\"");
    const auto brotli = ask("assets/app-d2.js", "gzip, br");
    CHECK(brotli.constant == "br");
    CHECK(brotli.content_type == "text/javascript; charset=utf-8");
    CHECK(header(brotli, "Content-Encoding") == "br");
    CHECK(header(brotli, "ETag") == "\"d2-br\"");
}

TEST_CASE("who has a file already gets no second one", "[admin]") {
    const auto same = ask("index.html", "gzip", "\"d1-gzip\"");
    CHECK(same.status == http::status::not_modified);
    CHECK(same.constant.empty());
    CHECK(header(same, "ETag") == "\"d1-gzip\"");
    CHECK(header(same, "Vary") == "Accept-Encoding");
    CHECK(header(same, "Cache-Control") == "no-cache");
    CHECK(ask("index.html", "br", "\"d1-gzip\"").status == http::status::ok);
    CHECK(ask("index.html", "", "\"d0\"").status == http::status::ok);
}

TEST_CASE("only a file whose name tells its content is kept without asking again", "[admin]") {
    CHECK(header(ask("index.html"), "Cache-Control") == "no-cache");
    CHECK(header(ask("assets/app-d2.js"), "Cache-Control") == "max-age=31536000, immutable");
}

TEST_CASE("the page tells a browser to allow nothing that it does not need", "[admin]") {
    for (const auto& r :
         {ask("index.html"), ask("assets/app-d2.js", "br"), ask("index.html", "", "\"d1\"")}) {
        CHECK(header(r, "Content-Security-Policy") ==
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
              "'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        CHECK(header(r, "Cross-Origin-Opener-Policy") == "same-origin");
        CHECK(header(r, "Cross-Origin-Resource-Policy") == "same-origin");
        CHECK(header(r, "X-Content-Type-Options") == "nosniff");
        CHECK(header(r, "Referrer-Policy") == "no-referrer");
        CHECK_THAT(header(r, "Permissions-Policy"), Catch::Contains("camera=()"));
    }
}

TEST_CASE("what the page does not have is not found, and a program without the page says so", "[admin]") {
    for (const auto* path : {"", "/", "app-d2.js", "assets/", "../index.html", "index.html/", "INDEX.HTML"}) {
        INFO(path);
        const auto missing = ask(path);
        CHECK(missing.status == http::status::not_found);
        CHECK(missing.content_type == "application/problem+json");
        CHECK(missing.body.find("no such file") != std::string::npos);
    }
    const auto without = admin::serve_page_file({}, "index.html", {});
    CHECK(without.status == http::status::not_found);
    CHECK(without.body.find("built without the page (WEBHOOKD_CONSOLE=OFF)") != std::string::npos);
}

TEST_CASE("every file that is in the program can be asked for, and each coding holds it", "[admin]") {
    for (const auto& each : admin::page_files()) {
        INFO(each.path);
        CHECK_FALSE(each.type.empty());
        CHECK(each.digest.size() == 16);
        CHECK(each.plain.size() > 0);
        CHECK(each.gzip.starts_with("\x1f\x8b"));
        CHECK(each.brotli.size() > 0);
        const auto slash = each.path.find('/');
        CHECK((slash == std::string_view::npos || each.path.substr(0, slash + 1) == "assets/"));
        CHECK(each.path.find('/', slash == std::string_view::npos ? 0 : slash + 1) == std::string_view::npos);
    }
}
