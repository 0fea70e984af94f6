#include <webhookd/event/sample.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/raw_client.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::daemon_fixture;
using test::daemon_setup;
using test::http_answer;
using test::raw_client;

namespace {

/// `headers` are whole lines, with their line breaks.
http_answer ask_with(raw_client client, const std::string& request_line, const std::string& headers) {
    client.send(request_line + " HTTP/1.1\r\nContent-Length: 0\r\n" + headers + "\r\n");
    return client.read_answer();
}

const std::string here = "Host: 127.0.0.1\r\n";

} // namespace

TEST_CASE("without tokens nobody behind a proxy, no rebound name and no foreign page gets in", "[admin]") {
    daemon_fixture daemon;
    for (const auto& line : {"GET /v1/events", "GET /v1/handlers",
                             "POST /v1/events/purge?created_lt=2020-01-01T00:00:00Z", "POST /v1/reload"}) {
        INFO(line);
        CHECK(ask_with(raw_client(daemon.admin_port()), line, here).status == 200);
        for (const auto& headers : std::vector<std::string>{
                 here + "X-Forwarded-For: 198.51.100.7\r\n", here + "X-Forwarded-For: 127.0.0.1\r\n",
                 here + "Forwarded: for=198.51.100.7\r\n", here + "Via: 1.1 squid\r\n",
                 here + "X-Real-IP: 198.51.100.7\r\n", here + "X-Forwarded-Proto: https\r\n",
                 "Host: rebound.example\r\n",
                 "Host: rebound.example:" + std::to_string(daemon.admin_port()) + "\r\n",
                 here + "Origin: http://evil.example\r\n", here + "Sec-Fetch-Site: cross-site\r\n"}) {
            INFO(headers);
            const auto refused = ask_with(raw_client(daemon.admin_port()), line, headers);
            CHECK(refused.status == 403);
            CHECK(refused.headers.at("content-type") == "application/problem+json");
            CHECK_THAT(refused.body, Catch::Contains("admin.tokens") || Catch::Contains("another origin"));
        }
    }
    // What is public stays so, for Prometheus and for health checks through a proxy.
    for (const auto* line : {"GET /healthz", "GET /readyz", "GET /metrics"})
        CHECK(ask_with(raw_client(daemon.admin_port()), line, "Host: prometheus.internal\r\nVia: 1.1 x\r\n")
                  .status == 200);
    CHECK(ask_with(raw_client(daemon.admin_port()), "GET /v1/events", here).status == 200);
}

TEST_CASE("on a unix socket a second, differing or obscure Forwarded opens nothing", "[admin]") {
    const test::temp_directory sockets;
    const auto path = (sockets.path() / "admin.sock").string();
    daemon_fixture daemon;
    REQUIRE(daemon.terminate() == 0);
    auto yaml = test::read_text(daemon.config_file());
    const std::string section = "admin:\n  listen: [";
    yaml.replace(yaml.find(section), section.size(), section + "\"unix:" + path + "\", ");
    test::write_text(daemon.config_file(), yaml);
    daemon.start();
    const std::string host = "Host: localhost\r\n";
    CHECK(ask_with(raw_client::over_unix(path), "GET /v1/events", host).status == 200);
    for (const auto& headers : std::vector<std::string>{
             "Forwarded: unknown\r\n", "Forwarded: for=unknown\r\n",
             "Forwarded: for=198.51.100.7\r\nForwarded: for=203.0.113.1\r\n",
             "Forwarded: for=198.51.100.7\r\nX-Forwarded-For: 203.0.113.1\r\n", "forwarded:\r\n"}) {
        INFO(headers);
        CHECK(ask_with(raw_client::over_unix(path), "GET /v1/events", host + headers).status == 403);
    }
    CHECK(ask_with(raw_client::over_unix(path), "GET /v1/events", "Host: hooks.example\r\n").status == 403);
    CHECK(ask_with(raw_client::over_unix(path), "GET /v1/events", host).status == 200);
}

TEST_CASE("wrong tokens through a proxy keep nobody with a right one out", "[admin]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops + "  trusted_proxies: [\"127.0.0.1/32\"]\n";
    daemon_fixture daemon(setup);
    const auto from = [&](const std::string& client, const std::string& token) {
        return ask_with(raw_client(daemon.admin_port()), "GET /v1/events",
                        "Host: admin.example\r\nX-Forwarded-For: " + client + "\r\nAuthorization: Bearer " +
                            token + "\r\n")
            .status;
    };
    for (int i = 0; i < 10; ++i)
        CHECK(from("198.51.100.7", "guess") == 401);
    CHECK(from("198.51.100.7", "guess") == 429);
    CHECK(from("198.51.100.7", "viewer") == 200);
    CHECK(from("203.0.113.1", "guess") == 401);
    CHECK(from("203.0.113.1", "viewer") == 200);
    CHECK(daemon.says("198.51.100.7"));
}

TEST_CASE("a page of another origin cannot make use of Basic credentials that the browser adds", "[admin]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops;
    daemon_fixture daemon(setup);
    const std::string basic = "Host: 127.0.0.1\r\nAuthorization: Basic b3BzOg==\r\n"; // ops:
    const auto port = std::to_string(daemon.admin_port());
    CHECK(ask_with(raw_client(daemon.admin_port()), "POST /v1/reload", basic).status == 200);
    CHECK(ask_with(raw_client(daemon.admin_port()), "POST /v1/reload",
                   basic + "Origin: http://evil.example\r\n")
              .status == 403);
    CHECK(
        ask_with(raw_client(daemon.admin_port()), "POST /v1/reload", basic + "Sec-Fetch-Site: same-site\r\n")
            .status == 403);
    CHECK(ask_with(raw_client(daemon.admin_port()), "POST /v1/reload",
                   "Host: 127.0.0.1:" + port +
                       "\r\nAuthorization: Basic b3BzOg==\r\nOrigin: http://127.0.0.1:" + port +
                       "\r\nSec-Fetch-Site: same-origin\r\n")
              .status == 200);
}

TEST_CASE("admin.public closes health and metrics, and the daemon's own healthcheck still asks", "[admin]") {
    daemon_setup setup;
    setup.admin = test::viewer_and_ops + "  public: []\n";
    setup.wait_for_ready = false;
    daemon_fixture daemon(setup);
    const auto admin = "http://127.0.0.1:" + std::to_string(daemon.admin_port());
    CHECK(test::wait_for_condition([&] {
        return test::run({"healthcheck", "--admin", admin, "--token", "viewer"}).code == 0;
    }));
    CHECK(test::run({"healthcheck", "--admin", admin}).code == 69);
    for (const auto* line : {"GET /healthz", "GET /readyz", "GET /metrics"}) {
        CHECK(ask_with(raw_client(daemon.admin_port()), line, here).status == 401);
        CHECK(ask_with(raw_client(daemon.admin_port()), line, here + "Authorization: Bearer viewer\r\n")
                  .status == 200);
    }
}

TEST_CASE("without signatures nothing is taken through a proxy or from a page of another origin",
          "[ingest]") {
    daemon_setup setup;
    setup.endpoints = "endpoints:\n  - { name: trial, path: /trial, signature: { mode: disabled } }\n";
    setup.path = "/trial";
    daemon_fixture daemon(setup);
    const auto body = event::make_sample("action.opened", {}).value();
    const auto post = [&](const std::string& headers) {
        raw_client client(daemon.ingest_port());
        client.send("POST /trial HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
        return client.read_answer().status;
    };
    CHECK(post(here + "X-Forwarded-For: 198.51.100.7\r\n") == 403);
    CHECK(post(here + "Forwarded: for=127.0.0.1\r\n") == 403);
    CHECK(post("Host: tunnel.example\r\n") == 403);
    CHECK(post(here + "Origin: http://evil.example\r\n") == 403);
    CHECK(post(here) == 200);
}

TEST_CASE("a socket passed in under an unknown name is refused at the start: 78", "[lifecycle]") {
    const test::temp_directory directory;
    test::write_text(directory / "c.yaml",
                     "endpoints: [{ name: production, path: /w, signature: { jwks: { file: " +
                         (directory / "jwks.json").string() + " } } }]\nstorage: { url: \"sqlite:" +
                         (directory / "events.db").string() + "\" }\n");
    test::write_text(directory / "jwks.json", test::shared_key().jwks());
    const auto port = test::free_port();
    test::process activated(
        {.argv = {"systemd-socket-activate", "-l", "127.0.0.1:" + std::to_string(port), "--fdname=webhooks",
                  test::daemon_program(), "serve", "--config", (directory / "c.yaml").string()},
         .stderr_file = directory / "stderr"});
    REQUIRE(test::wait_for_condition([&] { return raw_client::can_connect(port); }));
    const auto end = activated.wait(60s);
    REQUIRE(end.has_value());
    CHECK(end->code == 78);
    const auto told = test::read_text(directory / "stderr");
    for (const auto* word : {"webhooks", "ingest", "admin"})
        CHECK_THAT(told, Catch::Contains(word));
}
