#include "support/admin_api.hpp"
#include "support/files.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/raw_client.hpp"

#include <catch2/catch.hpp>

#include <cctype>
#include <string>
#include <vector>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;
using test::http_answer;
using test::http_connection;

namespace {

/// The files that the index names: the page needs no others.
std::vector<std::string> assets_of(const std::string& index) {
    std::vector<std::string> found;
    for (auto at = index.find("\"assets/"); at != std::string::npos; at = index.find("\"assets/", at + 1))
        found.push_back(index.substr(at + 1, index.find('"', at + 1) - at - 1));
    return found;
}

/// By a program that is not ours.
std::string unpacked(const std::string& bytes, const std::string& coding) {
    const test::temp_directory directory;
    test::write_text(directory / "packed", bytes);
    const auto script = "const zlib = require('zlib'), fs = require('fs');"
                        "process.stdout.write(zlib." +
                        std::string(coding == "br" ? "brotliDecompressSync" : "gunzipSync") +
                        "(fs.readFileSync(process.argv[1])))";
    test::process node({{"/usr/bin/env", "node", "-e", script, (directory / "packed").string()},
                        {},
                        directory / "out",
                        directory / "err"});
    const auto ended = node.wait(std::chrono::seconds(60));
    REQUIRE(ended.has_value());
    INFO(test::read_text(directory / "err"));
    REQUIRE(ended->code == 0);
    return test::read_text(directory / "out");
}

bool is_page_missing() {
    if (test::program_has_page()) return false;
    WARN("this test is skipped: the program is built without the page (WEBHOOKD_CONSOLE)");
    return true;
}

} // namespace

TEST_CASE("the page is served whole, in each coding, to a browser without a token", "[admin][page]") {
    if (is_page_missing()) return;
    daemon_setup setup;
    setup.admin = test::viewer_and_ops;
    daemon_fixture daemon(setup);
    http_connection browser(daemon.admin_port());
    const auto index = browser.get("/console/");
    REQUIRE(index.status == 200);
    CHECK(index.headers.at("content-type") == "text/html; charset=utf-8");
    CHECK(index.headers.at("cache-control") == "no-cache");
    const auto assets = assets_of(index.body);
    CHECK(assets.size() == 3); // script, style and icon
    std::vector<std::string> all{"", "licences.txt"};
    all.insert(all.end(), assets.begin(), assets.end());
    for (const auto& each : all) {
        INFO(each);
        const auto plain = browser.get("/console/" + each);
        REQUIRE(plain.status == 200);
        CHECK(plain.headers.count("content-encoding") == 0);
        CHECK_THAT(plain.headers.at("content-security-policy"), Catch::StartsWith("default-src 'none'; "));
        CHECK(plain.headers.at("x-content-type-options") == "nosniff");
        if (each.starts_with("assets/"))
            CHECK(plain.headers.at("cache-control") == "max-age=31536000, immutable");
        for (const auto* coding : {"gzip", "br"}) {
            INFO(coding);
            const auto packed = browser.exchange("GET", "/console/" + each, {{"Accept-Encoding", coding}});
            CHECK(packed.headers.at("content-encoding") == coding);
            CHECK(packed.headers.at("content-type") == plain.headers.at("content-type"));
            CHECK(packed.headers.at("etag") != plain.headers.at("etag"));
            CHECK(packed.body.size() < plain.body.size());
            CHECK(unpacked(packed.body, coding) == plain.body);
        }
    }
    CHECK_THAT(browser.get("/console/licences.txt").body,
               Catch::Contains("preact") && Catch::Contains("uplot") && Catch::Contains("MIT"));
    // Nothing of an event is in it; the rest needs a token as ever.
    CHECK(browser.get("/v1/events").status == 401);
}

TEST_CASE("who has a file of the page is told so, and HEAD tells its length", "[admin][page]") {
    if (is_page_missing()) return;
    daemon_fixture daemon;
    http_connection browser(daemon.admin_port());
    const auto first = browser.exchange("GET", "/console/", {{"Accept-Encoding", "gzip"}});
    const auto tag = first.headers.at("etag");
    const auto again =
        browser.exchange("GET", "/console/", {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.headers.at("etag") == tag);
    CHECK(browser.exchange("GET", "/console/", {{"If-None-Match", tag}}).status == 200);
    const auto head = browser.exchange("HEAD", "/console/", {{"Accept-Encoding", "gzip"}});
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length") == std::to_string(first.body.size()));
    CHECK(head.headers.at("etag") == tag);
    CHECK(browser.get("/console/").status == 200); // the connection goes on
}

TEST_CASE("the root leads to the page, below whatever path of a proxy", "[admin][page]") {
    daemon_fixture daemon;
    http_connection browser(daemon.admin_port());
    for (const auto* path : {"/", "/console"}) {
        INFO(path);
        const auto led = browser.get(path);
        CHECK(led.status == (test::program_has_page() ? 307 : 404));
        if (test::program_has_page()) CHECK(led.headers.at("location") == "console/");
    }
    for (const auto* path : {"/console/nothing", "/console/assets/app.js", "/console/..%2findex.html",
                             "/console/assets/..%2f..%2fetc%2fpasswd", "/console/assets/../index.html",
                             "/console//index.html", "/console/assets/"}) {
        INFO(path);
        CHECK(browser.get(path).status == 404);
    }
    CHECK(browser.exchange("POST", "/console/").status == 405);
    // By this a page tells an older daemon.
    CHECK_THAT(browser.get("/v1/nothing").body, Catch::Contains("Nothing is served at this path."));
}

TEST_CASE("a program without the page says how it was built", "[admin][page]") {
    if (test::program_has_page()) {
        WARN("this test is skipped: the program is built with the page");
        return;
    }
    daemon_fixture daemon;
    const auto answer = daemon.get("/console/");
    CHECK(answer.status == 404);
    CHECK_THAT(answer.body, Catch::Contains("WEBHOOKD_CONSOLE=OFF"));
}

TEST_CASE("admin.console switches the page and signing in off and on with a reload", "[admin][page]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops + "  console: false\n";
    daemon_fixture daemon(setup);
    http_connection browser(daemon.admin_port());
    const std::string body = R"({"token":"viewer"})";
    const http_connection::header_list json{{"Content-Type", "application/json"}};
    for (const auto* path : {"/", "/console/", "/console/licences.txt"}) {
        const auto off = browser.get(path);
        CHECK(off.status == 404);
        CHECK_THAT(off.body, Catch::Contains("admin.console"));
    }
    CHECK(browser.exchange("POST", "/v1/session", json, body).status == 404);
    CHECK(browser.exchange("GET", "/v1/session", {{"Authorization", "Bearer viewer"}}).status == 200);

    auto yaml = test::read_text(daemon.config_file());
    yaml.replace(yaml.find("console: false"), 14, "console: true");
    test::write_text(daemon.config_file(), yaml);
    REQUIRE(browser.exchange("POST", "/v1/reload", {{"Authorization", "Bearer ops"}}).status == 200);
    CHECK(browser.exchange("POST", "/v1/session", json, body).status == 200);
    CHECK(browser.get("/console/").status == (test::program_has_page() ? 200 : 404));
}
