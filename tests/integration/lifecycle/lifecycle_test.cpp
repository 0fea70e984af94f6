#include <webhookd/event/sample.hpp>

#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/log_lines.hpp"
#include "support/notify_socket.hpp"
#include "support/paths.hpp"
#include "support/raw_client.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/resource.h>

#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::daemon_fixture;
using test::daemon_setup;
using test::process;

namespace {

std::string sample(std::uint64_t seed) {
    return event::make_sample("transaction.lifecycle.completed", {.seed = seed}).value();
}

/// Runs `serve` on this configuration; it must end by itself.
struct failed_start {
    int code;
    std::string error;
};
failed_start serve(const std::string& yaml) {
    const test::temp_directory directory;
    test::write_text(directory / "c.yaml", yaml);
    process daemon({.argv = {test::daemon_program(), "serve", "--config", (directory / "c.yaml").string()},
                    .stderr_file = directory / "stderr"});
    const auto end = daemon.wait(60s);
    REQUIRE(end.has_value());
    return {end->code, test::read_text(directory / "stderr")};
}

} // namespace

TEST_CASE("systemd hears when the daemon is ready, alive and stopping", "[lifecycle]") {
    const test::temp_directory directory;
    test::notify_socket manager(directory / "notify");
    daemon_setup setup;
    setup.environment = {manager.environment(), "WATCHDOG_USEC=200000"};
    daemon_fixture daemon(setup);
    CHECK(manager.await("READY=1"));
    CHECK(manager.await("WATCHDOG=1"));
    CHECK(manager.await("WATCHDOG=1"));
    CHECK(daemon.terminate() == 0);
    CHECK(manager.await("STOPPING=1"));
    // Ready once, and not before it was: nothing comes before it.
    CHECK(manager.messages().front().starts_with("READY=1"));
}

TEST_CASE("systemd hears that a reload begins and that it is over, also of a file with mistakes",
          "[lifecycle]") {
    const test::temp_directory directory;
    test::notify_socket manager(directory / "notify");
    daemon_setup setup;
    setup.environment = {manager.environment()};
    daemon_fixture daemon(setup);
    REQUIRE(manager.await("READY=1"));
    const auto yaml = test::read_text(daemon.config_file());
    for (const auto& text : {yaml, yaml + "surver: {}\n"}) {
        test::write_text(daemon.config_file(), text);
        daemon.running().signal(SIGHUP);
        REQUIRE(manager.await("RELOADING=1"));
        const auto before = manager.messages().size();
        // Type=notify-reload of newer systemd asks for the time as well.
        CHECK_THAT(manager.messages().back(), Catch::Contains("MONOTONIC_USEC="));
        CHECK(manager.await("READY=1"));
        CHECK(manager.messages().size() > before);
    }
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("SIGINT ends the daemon in good order, as SIGTERM does", "[lifecycle]") {
    daemon_fixture daemon;
    CHECK(daemon.post(sample(1)).status == 200);
    daemon.running().signal(SIGINT);
    const auto end = daemon.running().wait(60s);
    REQUIRE(end.has_value());
    CHECK(*end == test::exit_state{0, 0});
    CHECK_THAT(daemon.stderr_text(), Catch::Contains("\"message\":\"stopped\""));
    CHECK(test::count_events(daemon.database()) == 1);
}

TEST_CASE("a request under way is finished before the end", "[lifecycle]") {
    daemon_fixture daemon;
    const auto body = sample(1);
    test::raw_client client(daemon.ingest_port());
    client.send("POST /webhooks/universign HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nx-jws-signature: " +
                test::shared_key().sign(body) + "\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n");
    REQUIRE(client.read_line() == "HTTP/1.1 100 Continue"); // now it is under way
    CHECK(client.read_line().empty());
    daemon.running().signal(SIGTERM);
    REQUIRE(daemon.says("\"stopping\""));
    client.send(body);
    const auto answer = client.read_answer();
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("connection") == "close");
    client.finish();
    const auto end = daemon.running().wait(60s);
    REQUIRE(end.has_value());
    CHECK(end->code == 0);
    CHECK(test::count_events(daemon.database()) == 1);
}

TEST_CASE("a second signal ends the daemon at once, and what was acknowledged stays", "[lifecycle]") {
    daemon_fixture daemon;
    CHECK(daemon.post(sample(1)).status == 200);
    test::raw_client stuck(daemon.ingest_port());
    stuck.send("POST /webhooks/universign HTTP/1.1\r\nHost: x\r\nx-jws-signature: " +
               test::shared_key().sign(sample(2)) + "\r\nContent-Length: 10\r\n\r\n");
    daemon.running().signal(SIGTERM);
    REQUIRE(daemon.says("\"stopping\""));
    daemon.running().signal(SIGTERM);
    const auto end = daemon.running().wait(60s);
    REQUIRE(end.has_value());
    CHECK(end->signal == SIGTERM);
    daemon.start();
    CHECK_THAT(daemon.post(sample(1)).body, Catch::Contains("duplicate"));
}

TEST_CASE("sockets from systemd-socket-activate are used, by their names", "[lifecycle]") {
    daemon_setup setup;
    daemon_fixture prepared(setup); // writes a configuration and a store to start from
    REQUIRE(prepared.terminate() == 0);
    const auto ingest = std::to_string(test::free_port());
    const auto admin = std::to_string(test::free_port());
    const auto errors = prepared.directory() / "activated";
    process activated({.argv = {"systemd-socket-activate", "-l", "127.0.0.1:" + ingest, "-l",
                                "127.0.0.1:" + admin, "--fdname=ingest:admin", test::daemon_program(),
                                "serve", "--config", prepared.config_file().string()},
                       .stderr_file = errors});
    // The first connection is what starts the daemon; it waits in the socket until then.
    REQUIRE(test::wait_for_condition(
        [&] { return test::raw_client::can_connect(static_cast<std::uint16_t>(std::stoi(ingest))); }));
    test::http_connection client(static_cast<std::uint16_t>(std::stoi(ingest)));
    const auto body = sample(7);
    CHECK(client.post_webhook("/webhooks/universign", body, test::shared_key().sign(body)).status == 200);
    CHECK(test::http_connection(static_cast<std::uint16_t>(std::stoi(admin))).get("/readyz").status == 200);
    activated.signal(SIGTERM);
    const auto end = activated.wait(60s);
    REQUIRE(end.has_value());
    CHECK(end->code == 0);
}

TEST_CASE("without signatures a passed socket must be for this host alone: 78", "[lifecycle]") {
    const test::temp_directory directory;
    test::write_text(directory / "c.yaml",
                     "server: { listen: [\"127.0.0.1:0\"] }\nadmin: { listen: [\"127.0.0.1:0\"] }\n"
                     "endpoints: [{ name: trial, path: /trial, signature: { mode: disabled } }]\n"
                     "storage: { url: \"sqlite:" +
                         (directory / "events.db").string() + "\" }\n");
    const auto port = test::free_port();
    process activated(
        {.argv = {"systemd-socket-activate", "-l", "0.0.0.0:" + std::to_string(port), "--fdname=ingest",
                  test::daemon_program(), "serve", "--config", (directory / "c.yaml").string()},
         .stderr_file = directory / "stderr"});
    REQUIRE(test::wait_for_condition([&] { return test::raw_client::can_connect(port); }));
    const auto end = activated.wait(60s);
    REQUIRE(end.has_value());
    CHECK(end->code == 78);
    CHECK_THAT(test::read_text(directory / "stderr"), Catch::Contains("checks no signatures"));
}

TEST_CASE("a start that cannot succeed says why and ends with its code", "[lifecycle]") {
    SECTION("mistakes in the configuration: 78") {
        const auto r = serve("server: { listem: [] }\n");
        CHECK(r.code == 78);
        CHECK_THAT(r.error, Catch::Contains("c.yaml:1:11: server.listem"));
    }
    SECTION("a wrong call: 64") {
        const test::temp_directory directory;
        process p({.argv = {test::daemon_program(), "serve", "--confg", "x"}});
        CHECK(p.wait(60s).value().code == 64);
    }
    daemon_fixture running;
    const auto yaml = test::read_text(running.config_file());
    SECTION("a port that is taken: 69") {
        auto other = yaml;
        const auto at = other.find("127.0.0.1:0");
        other.replace(at, 11, "127.0.0.1:" + std::to_string(running.ingest_port()));
        const auto url = other.find(running.database().string());
        other.replace(url, running.database().string().size(), (running.directory() / "other.db").string());
        const auto r = serve(other);
        CHECK(r.code == 69);
        CHECK_THAT(r.error, Catch::Contains("127.0.0.1:" + std::to_string(running.ingest_port())));
    }
    SECTION("a store that another daemon holds: 69") {
        const auto r = serve(yaml);
        CHECK(r.code == 69);
        CHECK_THAT(r.error, Catch::Contains("store-busy"));
        // What a start waits for is told before.
        CHECK_THAT(r.error,
                   Catch::Contains("opening the database") && Catch::Contains(running.database().string()));
    }
    CHECK(running.post(sample(1)).status == 200);
}

TEST_CASE("a database that is damaged or foreign is refused: 74", "[lifecycle]") {
    daemon_fixture daemon;
    REQUIRE(daemon.terminate() == 0);
    test::write_text(daemon.database(), "this is no database, it only has the name of one");
    daemon.launch();
    const auto end = daemon.running().wait(60s);
    INFO(daemon.stderr_text());
    REQUIRE(end.has_value());
    CHECK(end->code == 74);
    CHECK_THAT(daemon.stderr_text(), Catch::Contains("store-corrupt"));
}

TEST_CASE("while a full queue refuses every webhook, readiness and the healthcheck say so", "[lifecycle]") {
    daemon_setup setup;
    setup.handlers = "  never: { type: forward, url: \"http://127.0.0.1:1/\", retry: { initial: 1h } }\n";
    setup.routes = "  - { name: everything, match: \"*\", handlers: [never] }\n";
    setup.sections = "queue: { max_pending: 1 }\n";
    daemon_fixture daemon(setup);
    CHECK_THAT(daemon.get("/readyz").body, Catch::Contains("\"queue\":\"ok\""));
    CHECK(daemon.post(sample(1)).status == 200);
    REQUIRE(test::wait_for_condition([&] { return daemon.post(sample(2)).status == 503; }));
    const auto answer = daemon.get("/readyz");
    CHECK(answer.status == 503);
    CHECK_THAT(answer.body, Catch::Contains("\"queue\":\"full\"") && Catch::Contains("not ready"));
    const auto admin = "http://127.0.0.1:" + std::to_string(daemon.admin_port());
    const auto asked = test::run({"healthcheck", "--admin", admin});
    CHECK(asked.code == 69);
    CHECK_THAT(asked.out, Catch::Contains("\"queue\":\"full\""));
    CHECK(test::run({"healthcheck", "--admin", admin, "--alive"}).code == 0);
}

TEST_CASE("a full disk stops acknowledging, leaves health readable, and mends by itself", "[lifecycle]") {
    daemon_fixture daemon;
    CHECK(daemon.post(sample(1)).status == 200);
    // No file of the daemon may grow beyond this any more: what the kernel says then is what a full disk
    // says.
    const rlimit tight{4096, RLIM_INFINITY};
    const rlimit free{RLIM_INFINITY, RLIM_INFINITY};
    REQUIRE(::prlimit(daemon.running().pid(), RLIMIT_FSIZE, &tight, nullptr) == 0);
    const auto refused = daemon.post(sample(2));
    CHECK(refused.status == 503);
    CHECK(refused.headers.contains("retry-after"));
    CHECK(refused.headers.at("content-type") == "application/problem+json");
    CHECK(daemon.get("/healthz").status == 200);
    CHECK(daemon.get("/readyz").status == 503);

    REQUIRE(::prlimit(daemon.running().pid(), RLIMIT_FSIZE, &free, nullptr) == 0);
    CHECK(test::wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
    CHECK_THAT(daemon.post(sample(2)).body, Catch::Contains("accepted"));
    CHECK_THAT(daemon.post(sample(1)).body, Catch::Contains("duplicate"));
    CHECK(daemon.terminate() == 0);
    CHECK(test::count_events(daemon.database()) == 2);
}
